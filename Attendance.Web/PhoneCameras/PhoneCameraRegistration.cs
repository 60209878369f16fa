using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.PhoneCameras;

internal static class PhoneCameraRegistration
{
    public static void AddPhoneCameras(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<PhoneCameraOptions>().BindStrictly(PhoneCameraOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<PhoneCameraOptions>, PhoneCameraOptionsValidator>();
        builder.Services.AddSingleton<PhoneCameraMetrics>();
        builder.Services.AddSingleton<BoundLeases>();
        builder.Services.AddSingleton<PhoneCameraApi>();
        builder.Services.AddScoped<PhonePairings>();
        builder.Services.AddHostedService<PairingWatch>();
    }
}
