namespace Attendance.Web.Cameras;

internal static class CameraPages
{
    public static void AddCameraPages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<CameraDirectory>();

        // A page lives with its feature: /Cameras/Index.cshtml, not /Pages/Cameras/Index.cshtml.
        builder.Services.AddRazorPages(options => options.RootDirectory = "/");
    }
}
