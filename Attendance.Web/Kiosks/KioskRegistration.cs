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
        builder.Services.AddScoped<KioskCandidates>();
        builder.Services.AddScoped<KioskIntake>();
        builder.Services.AddScoped<KioskStore>();
    }
}

internal static class KioskQuota
{
    public const string Frames = "kiosk_frames", Entries = "kiosk_entries";

    public static void Configure(RateLimiterOptions limiter, IOptions<KioskOptions> options)
    {
        limiter.AddPolicy(Frames, context => RateLimitPartition.GetTokenBucketLimiter(KioskOf(context), _ => new()
        {
            TokenLimit = options.Value.FramesPerSecond * 2,
            TokensPerPeriod = options.Value.FramesPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        }));

        // By kiosk and not by address: the kiosks of a building often share one.
        limiter.AddPolicy(Entries, context => RateLimitPartition.GetFixedWindowLimiter(
            KioskOf(context), _ => new() { PermitLimit = options.Value.EntriesPerMinute, Window = TimeSpan.FromMinutes(1) }));
    }

    private static string KioskOf(HttpContext context) => context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
}
