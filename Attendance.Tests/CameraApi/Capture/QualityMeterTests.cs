using System.Diagnostics;
using Attendance.CameraApi.Capture;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture;

public sealed class QualityMeterTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly QualityMeter _meter = new();

    [Fact]
    public void The_frame_rate_comes_of_the_times_of_the_frames()
    {
        Play(seconds: 3, rate: 25);

        var measured = _meter.Read(s_now)!;
        Assert.Equal(25, measured.FrameRate, 1e-3);
        Assert.Equal((640, 480, s_now), (measured.Width, measured.Height, measured.At));
    }

    [Fact]
    public void Frames_that_were_dropped_on_their_way_were_delivered_by_the_camera()
    {
        for (var sequence = 1; sequence <= 100; sequence += 4)
        {
            _meter.Add(Frame(sequence, sequence / 20.0));
        }

        Assert.Equal(20, _meter.Read(s_now)!.FrameRate, 1e-3);
    }

    [Fact]
    public void Old_frames_hardly_count()
    {
        var end = Play(seconds: 60, rate: 30, brightness: 200);
        Play(seconds: 60, rate: 5, brightness: 50, from: end);

        var measured = _meter.Read(s_now)!;
        Assert.InRange(measured.FrameRate, 5, 5.5);
        Assert.InRange(measured.Brightness!.Value, 50, 55); // weighted by frames: there were six times as many before
    }

    [Fact]
    public void What_was_not_measured_in_a_frame_does_not_count()
    {
        for (var sequence = 1; sequence <= 40; sequence++)
        {
            _meter.Add(Frame(sequence, sequence / 20.0) with { Sharpness = sequence % 20 == 0 ? 300 : float.NaN });
        }

        var measured = _meter.Read(s_now)!;
        Assert.Equal(300, measured.Sharpness!.Value, 1e-3);
        Assert.Null(measured.Noise);
    }

    [Fact]
    public void The_time_between_two_openings_is_no_slow_frame()
    {
        Play(seconds: 2, rate: 20);
        Play(seconds: 2, rate: 20, from: (0, 30)); // numbers begin again

        Assert.Equal(20, _meter.Read(s_now)!.FrameRate, 1e-3);
    }

    [Fact]
    public void A_short_use_says_nothing()
    {
        Play(seconds: 0.4, rate: 30);

        Assert.Null(_meter.Read(s_now));
    }

    private (long Sequence, double At) Play(double seconds, double rate, float brightness = 100, (long Sequence, double At) from = default)
    {
        for (var i = 1; i <= seconds * rate; i++)
        {
            _meter.Add(Frame(from.Sequence + i, from.At + i / rate) with { Brightness = brightness });
        }

        return (from.Sequence + (long)(seconds * rate), from.At + seconds);
    }

    private static FrameHeader Frame(long sequence, double at) => new(
        sequence, 1 + (long)(at * Stopwatch.Frequency), 640, 480, float.NaN, float.NaN, float.NaN, float.NaN, FrameFlags.None);
}
