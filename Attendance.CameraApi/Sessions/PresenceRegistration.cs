using Attendance.CameraApi.Leases;
using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Sessions;

internal static class PresenceRegistration
{
    public static void AddPresence(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<PresenceOptions, PresenceOptionsValidator>().BindStrictly("Presence");
        builder.Services.AddSingleton<IValidateOptions<PresenceOptions>, PresenceTimesValidator>();
        builder.Services.AddSingleton<PresenceMetrics>();
        builder.Services.AddSingleton<PresenceSockets>();
        builder.Services.AddSingleton<IBrowserCaptures, BrowserCaptures>();
        builder.Services.AddSingleton<Presence>();
        builder.Services.AddHostedService<PresenceUpkeep>();
    }
}
