using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

internal sealed class CaptureOptions
{
    private static readonly TimeSpan s_firstOfWindows = TimeSpan.FromSeconds(25);

    /// <summary>The timeout from the request to open a camera until its first frame.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:02:00")]
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The time without a new picture after which a camera is opened again. A camera that is slower by nature is opened again after three of
    /// its own intervals.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The timeout for each step of a release: the worker is asked to release, then sent SIGTERM, then killed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan ReleaseTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The timeout for one opening. Windows may take 20 s to open a device for the first time, so the first opening there gets at least 25 s.
    /// A camera that was open before gets no extra time.
    /// </summary>
    public TimeSpan OpenTimeoutOf(bool isDeviceOfWindows, bool isFirst) =>
        isDeviceOfWindows && isFirst && OpenTimeout < s_firstOfWindows ? s_firstOfWindows : OpenTimeout;

    /// <summary>The time that all steps of a release may take together.</summary>
    public TimeSpan WholeRelease => ReleaseTimeout * 3;

    /// <summary>How long a lease waits for a device that was pulled out.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan HotSwapGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The JPEG quality, 1 to 100, for cameras that do not deliver JPEG themselves.</summary>
    [Range(1, 100)]
    public int JpegQuality { get; set; } = 85;

    /// <summary>
    /// The most pixels, width times height, of a picture that is decoded; a larger one is left out. A few bytes can announce a picture that
    /// takes gigabytes.
    /// </summary>
    [Range(64 * 64, 100_000_000)]
    public int MaxPixels { get; set; } = CaptureProtocol.DefaultMaxPixels;

    /// <summary>Whether <c>fault:</c> cameras, which are for tests, may be configured outside the Development environment.</summary>
    public bool AllowFaultCameras { get; set; }
}

[OptionsValidator]
internal sealed partial class CaptureOptionsValidator : IValidateOptions<CaptureOptions>;
