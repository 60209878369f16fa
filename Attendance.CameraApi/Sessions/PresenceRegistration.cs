using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Sessions;

internal static class PresenceRegistration
{
    /// <summary>Besides the leases, which know of <see cref="PresenceSockets"/> already.</summary>
    public static void AddPresence(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<PresenceOptions, PresenceOptionsValidator>().BindStrictly("Presence");
        builder.Services.AddSingleton<IValidateOptions<PresenceOptions>, PresenceTimesValidator>();
        builder.Services.AddSingleton<PresenceMetrics>();
        builder.Services.AddSingleton<PresenceRelays>();
        builder.Services.AddSingleton<Presence>();
        builder.Services.AddHostedService<PresenceUpkeep>();
    }
}
