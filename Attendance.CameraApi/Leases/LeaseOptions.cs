using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Leases;

internal sealed class LeaseOptions
{
    public const int MinTtlSeconds = 5;
    public const int MaxTtlSeconds = 3600;

    /// <summary>How long a lease lasts unless renewed, where the client names no other. A vanished client blocks its camera for at most this long.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan Ttl { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>However faithfully it is renewed, a lease ends after this.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "7.00:00:00")]
    public TimeSpan MaxHold { get; set; } = TimeSpan.FromHours(4);

    /// <summary>For how long a page that nobody looks at may keep its cameras.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan HiddenHold { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Cameras of browsers leased at once, so that visitors who make them up do not fill the store.</summary>
    [Range(0, 100_000)]
    public int MaxBrowserCameras { get; set; } = 200;

    /// <summary>A store that has not answered by then counts as unavailable.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:30")]
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromMilliseconds(700);
}

[OptionsValidator]
internal sealed partial class LeaseOptionsValidator : IValidateOptions<LeaseOptions>;
