using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

internal sealed class CaptureOptions
{
    private static readonly TimeSpan s_firstOfWindows = TimeSpan.FromSeconds(25);

    /// <summary>From the wish to open a camera until its first frame.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:02:00")]
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A camera that has shown no new picture for so long is opened again; one that is slower by nature after three of its own intervals.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For each step of a release: asked, told, killed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan ReleaseTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Of an opening. Windows may take 20 s to open a device for the first time; a camera that was open before is not waited for that long.
    /// </summary>
    public TimeSpan OpenTimeoutOf(bool isDeviceOfWindows, bool isFirst) =>
        isDeviceOfWindows && isFirst && OpenTimeout < s_firstOfWindows ? s_firstOfWindows : OpenTimeout;

    /// <summary>All steps of a release together.</summary>
    public TimeSpan WholeRelease => ReleaseTimeout * 3;

    /// <summary>How long a lease waits for a device that was pulled out.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan HotSwapGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>1 to 100, for cameras that do not deliver JPEG themselves.</summary>
    [Range(1, 100)]
    public int JpegQuality { get; set; } = 85;

    /// <summary>Width times height of a picture, above which it is left out instead of decoded. A few bytes can announce a picture of gigabytes.</summary>
    [Range(64 * 64, 100_000_000)]
    public int MaxPixels { get; set; } = CaptureProtocol.DefaultMaxPixels;

    /// <summary>Workers that are started ahead, so that opening a camera need not wait for a process to start.</summary>
    [Range(0, 16)]
    public int SpareWorkers { get; set; } = 1;

    /// <summary>Whether <c>fault:</c> cameras, which are for tests, may be configured outside the environment Development.</summary>
    public bool AllowFaultCameras { get; set; }
}

[OptionsValidator]
internal sealed partial class CaptureOptionsValidator : IValidateOptions<CaptureOptions>;
