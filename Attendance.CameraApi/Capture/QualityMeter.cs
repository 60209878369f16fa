using System.Diagnostics;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Measures the quality of one use of a camera from the headers of its frames. Each frame costs a few sums, however many viewers there are.
/// </summary>
internal sealed class QualityMeter
{
    /// <summary>The time in seconds after which a frame has about a third (1/e) of its former weight.</summary>
    private const double Memory = 10;

    /// <summary>
    /// The shortest use, in seconds, that gives a result. A camera that has just been opened is still adjusting its exposure.
    /// </summary>
    private const double ShortestUse = 0.5;

    private readonly Lock _gate = new();
    private FrameHeader _last;
    private double _seconds;
    private FadingMean _rate;
    private FadingMean _sharpness;
    private FadingMean _brightness;
    private FadingMean _clipped;
    private FadingMean _noise;

    public void Add(in FrameHeader frame)
    {
        lock (_gate)
        {
            // The numbers start again with each opening of the device. The time between two openings is a failure and not a slow frame.
            if (_last.Sequence > 0 && frame.Sequence > _last.Sequence && Stopwatch.GetElapsedTime(_last.Timestamp, frame.Timestamp).TotalSeconds is > 0 and var passed)
            {
                Fade(Math.Exp(-passed / Memory));
                _rate.Add(frame.Sequence - _last.Sequence, passed); // also counts frames that were dropped on the way here
                _seconds += passed;
            }

            _sharpness.Add(frame.Sharpness);
            _brightness.Add(frame.Brightness);
            _clipped.Add(frame.Clipped);
            _noise.Add(frame.Noise);
            _last = frame;
        }
    }

    /// <returns>The measurement, or null while there are too few frames for one.</returns>
    public QualityMeasurement? Read(DateTimeOffset now)
    {
        lock (_gate)
        {
            return _seconds < ShortestUse || _rate.Value is not { } rate
                ? null
                : new(now, _last.Width, _last.Height, rate, _sharpness.Value, _brightness.Value, _clipped.Value, _noise.Value);
        }
    }

    private void Fade(double factor)
    {
        _rate.Fade(factor);
        _sharpness.Fade(factor);
        _brightness.Fade(factor);
        _clipped.Fade(factor);
        _noise.Fade(factor);
    }
}
