using Attendance.CameraApi.Capture;
using Attendance.ServiceDefaults.Settings;

namespace Attendance.CameraApi.Quality;

internal static class QualityRegistration
{
    public static void AddQuality(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<QualityOptions, QualityOptionsValidator>().BindStrictly("Quality");
        builder.Services.AddSingleton<CameraQuality>();
        builder.Services.AddSingleton<IFailureLog>(services => services.GetRequiredService<CameraQuality>());
        builder.Services.AddHostedService<QualityMemory>();
    }
}
