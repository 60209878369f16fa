using Attendance.Web.Languages;
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

        // Each page is stored with its feature: /Cameras/Index.cshtml, not /Pages/Cameras/Index.cshtml.
        builder.Services.AddRazorPages(options =>
        {
            options.RootDirectory = "/";
            options.Conventions.ConfigureFilter(new PageInput());
        }).AddFormLanguage();

        // Removes support for field names in jQuery's format: no page here uses it, and a name with a missing bracket throws an exception.
        builder.Services.Configure<MvcOptions>(mvc =>
        {
            mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
        });

        // Pages accept only short texts. Longer input is refused before it is stored anywhere, in memory or in a file.
        builder.Services.Configure<FormOptions>(form =>
        {
            form.BufferBodyLengthLimit = form.MultipartBodyLengthLimit = form.MemoryBufferThreshold = LargestForm;
            form.ValueLengthLimit = LargestForm;
            form.ValueCountLimit = 64;
        });
    }
}
