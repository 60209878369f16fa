using System.Diagnostics;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Measures the pictures of one source as often as is worth it: a camera's focus and light do not change from frame to frame, its noise even less.</summary>
internal sealed class PictureMeter
{
    /// <summary>Between two measurements, where the pixels are at hand.</summary>
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(200);

    /// <summary>Where a picture must be decoded for it, which costs what passing it through saves.</summary>
    private static readonly TimeSpan s_seldom = TimeSpan.FromSeconds(1);

    private readonly PictureNoise _noise = new();
    private long _measured;

    /// <summary>To be asked once for each picture; the first is always due.</summary>
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

    /// <summary>Of a picture whose pixels are at hand, if it is due.</summary>
    public PictureQuality MeasureNowAndThen(ReadOnlySpan<byte> pixels, int width, int height, int channels) =>
        IsDue(hasPixels: true) ? Measure(pixels, width, height, channels) : PictureQuality.Unknown;

    /// <param name="pixels">As <see cref="PictureQuality.Measure"/> takes them.</param>
    public PictureQuality Measure(ReadOnlySpan<byte> pixels, int width, int height, int channels) =>
        PictureQuality.Measure(pixels, width, height, channels) with { Noise = _noise.MeasureNowAndThen(pixels, width, height, channels) };
}
