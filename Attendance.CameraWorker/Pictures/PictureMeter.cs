using System.Diagnostics;

namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// Measures the pictures of one source at intervals, because a camera's focus and light do not change from frame to frame, and its noise
/// changes even less.
/// </summary>
internal sealed class PictureMeter
{
    /// <summary>The time between two measurements if the pixels are available.</summary>
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The time between two measurements if the picture must be decoded for it, which costs as much as passing it through saves.
    /// </summary>
    private static readonly TimeSpan s_seldom = TimeSpan.FromSeconds(1);

    private readonly PictureNoise _noise = new();
    private long _measured;

    /// <summary>Whether a measurement is due. Call it once for each picture; the first picture is always due.</summary>
    public bool IsDue(bool hasPixels)
    {
        var now = Stopwatch.GetTimestamp();
        if (_measured != 0 && Stopwatch.GetElapsedTime(_measured, now) < (hasPixels ? s_often : s_seldom))
        {
            return false;
        }

        _measured = now;
        return true;
    }

    /// <summary>Measures a picture whose pixels are available, if a measurement is due.</summary>
    public PictureQuality MeasureNowAndThen(ReadOnlySpan<byte> pixels, int width, int height, int channels) =>
        IsDue(hasPixels: true) ? Measure(pixels, width, height, channels) : PictureQuality.Unknown;

    /// <param name="pixels">The pixels, in the form that <see cref="PictureQuality.Measure"/> takes.</param>
    public PictureQuality Measure(ReadOnlySpan<byte> pixels, int width, int height, int channels) =>
        PictureQuality.Measure(pixels, width, height, channels) with { Noise = _noise.MeasureNowAndThen(pixels, width, height, channels) };
}
