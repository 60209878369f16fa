using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Faces.Liveness;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Templates;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Faces;

internal static class FacesRegistration
{
    public static void AddFaces(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RecognitionOptions>().BindStrictly(RecognitionOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<RecognitionOptions>, RecognitionOptionsValidator>();
        builder.Services.AddOptionsWithValidateOnStart<LivenessOptions>().BindStrictly(LivenessOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<LivenessOptions>, LivenessOptionsValidator>();
        builder.Services.AddOptionsWithValidateOnStart<ShotLimits>().BindStrictly(ShotLimits.Section);
        builder.Services.AddSingleton<IValidateOptions<ShotLimits>, ShotLimitsValidator>();
        builder.Services.AddSingleton(ModelFiles.Installed);
        builder.Services.AddHostedService<ModelFilesCheck>();
        builder.Services.AddSingleton<FaceNets>();
        builder.Services.AddSingleton<FaceObserver>();
        builder.Services.AddSingleton<FaceMatcher>();
        builder.Services.AddSingleton<RecognitionMetrics>();
        builder.Services.AddSingleton<TemplateSeal>();
        builder.Services.AddSingleton<TemplateCache>();
        builder.Services.AddScoped<TemplateStore>();
    }
}
