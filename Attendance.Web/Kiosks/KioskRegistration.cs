using System.Security.Claims;
using System.Threading.RateLimiting;
using Attendance.ServiceDefaults.Settings;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Kiosks;

internal static class KioskRegistration
{
    public static void AddKiosks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<KioskOptions>().BindStrictly(KioskOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<KioskOptions>, KioskOptionsValidator>();
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<KioskOptions>>(KioskQuota.Configure);
        builder.Services.AddSingleton<KioskStates>();
        builder.Services.AddSingleton<QrReader>();
        builder.Services.AddScoped<KioskCandidates>();
        builder.Services.AddScoped<KioskIntake>();
        builder.Services.AddScoped<KioskStore>();
    }
}

internal static class KioskQuota
{
    public const string Frames = "kiosk_frames";

    public static void Configure(RateLimiterOptions limiter, IOptions<KioskOptions> options) => limiter.AddPolicy(Frames, context => RateLimitPartition.GetTokenBucketLimiter(
        context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "",
        _ => new()
        {
            TokenLimit = options.Value.FramesPerSecond * 2,
            TokensPerPeriod = options.Value.FramesPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        }));
}
