using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Leases;

internal sealed class LeaseOptions
{
    public const int MinTtlSeconds = 5;
    public const int MaxTtlSeconds = 3600;

    /// <summary>
    /// How long a lease lasts unless it is renewed, if the client names no other time. A vanished client blocks its camera
    /// for at most this long.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan Ttl { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time that a lease may be held, however often it is renewed.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "7.00:00:00")]
    public TimeSpan MaxHold { get; set; } = TimeSpan.FromHours(4);

    /// <summary>How long a hidden page may keep its cameras.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan HiddenHold { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The most browser cameras that can be leased at once, so that visitors who invent camera ids cannot fill the store.</summary>
    [Range(0, 100_000)]
    public int MaxBrowserCameras { get; set; } = 200;

    /// <summary>The most sessions that can share one camera at once.</summary>
    [Range(1, 1000)]
    public int MaxHolders { get; set; } = 32;

    /// <summary>A store that has not answered within this time counts as unavailable.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:30")]
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromMilliseconds(700);
}

[OptionsValidator]
internal sealed partial class LeaseOptionsValidator : IValidateOptions<LeaseOptions>;
