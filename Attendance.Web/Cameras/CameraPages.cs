using Attendance.Web.Layout;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Attendance.Web.Cameras;

internal static class CameraPages
{
    private const int LargestForm = 64 * 1024;

    public static void AddCameraPages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<CameraDirectory>();

        // A page lives with its feature: /Cameras/Index.cshtml, not /Pages/Cameras/Index.cshtml.
        builder.Services.AddRazorPages(options =>
        {
            options.RootDirectory = "/";
            options.Conventions.ConfigureFilter(new PageInput());
        });

        // Names as jQuery writes them: no page of ours does, and one without its bracket is an exception.
        builder.Services.Configure<MvcOptions>(mvc =>
        {
            mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
        });

        // Pages take short texts. What is longer is refused before it is kept anywhere, in memory or in a file.
        builder.Services.Configure<FormOptions>(form =>
        {
            form.BufferBodyLengthLimit = form.MultipartBodyLengthLimit = form.MemoryBufferThreshold = LargestForm;
            form.ValueLengthLimit = LargestForm;
            form.ValueCountLimit = 64;
        });
    }
}
