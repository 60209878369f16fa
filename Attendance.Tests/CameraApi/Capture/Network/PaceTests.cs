using System.Text;
using Attendance.CameraApi.Capture;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture.Network;

/// <summary>Tests how long a camera is waited for, how soon it is reopened, and how much it may log.</summary>
public sealed class PaceTests
{
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(0.04, 5)]
    [InlineData(1, 5)]
    [InlineData(6, 18)]
    [InlineData(30, 90)]
    [InlineData(600, 360)]
    public void A_source_is_given_three_of_its_own_intervals(double interval, double allowed)
    {
        var patience = new PicturePatience(_clock, s_stall, frameRate: null);
        Saw(patience, interval, times: 4);

        Assert.Equal(allowed, patience.Allowed.TotalSeconds, 0.01);
        _clock.Advance(patience.Allowed - TimeSpan.FromMilliseconds(1));
        Assert.False(patience.IsOver);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(patience.IsOver);
    }

    [Theory]
    [InlineData(0.1, 30)]
    [InlineData(25, 5)]
    public void What_a_source_states_counts_before_it_has_shown_anything(double frameRate, double allowed) =>
        Assert.Equal(allowed, new PicturePatience(_clock, s_stall, frameRate).Allowed.TotalSeconds, 0.01);

    [Fact]
    public void One_pause_is_forgotten_by_the_pictures_after_it()
    {
        var patience = new PicturePatience(_clock, s_stall, frameRate: null);
        Saw(patience, 0.1, 20);
        Saw(patience, 4.5, 1);
        Assert.True(patience.Allowed > s_stall);

        Saw(patience, 0.1, 10);
        Assert.Equal(s_stall, patience.Allowed);
    }

    [Fact]
    public void Reopenings_of_the_last_minutes_count_whatever_was_shown_between_them()
    {
        var backoff = new ReopeningBackoff(_clock);
        var pauses = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            var pause = backoff.Next();
            pauses.Add(pause.TotalSeconds);
            _clock.Advance(pause + TimeSpan.FromMilliseconds(300));
        }

        Assert.Equal([0, 0, 1, 2, 4, 8, 16, 30, 30], pauses);
        _clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(TimeSpan.Zero, backoff.Next());
    }

    [Fact]
    public void A_log_line_is_cut_and_moves_no_cursor()
    {
        var lines = Lines("\u001b[2Jcleared\u0007\r\n" + new string('x', 5000) + "\na\u202Eb\u2028c\u009bd\nlast");

        Assert.Equal(["\uFFFD[2Jcleared\uFFFD", new string('x', WorkerLogLines.LongestLine), "a\uFFFDb\uFFFDc\uFFFDd", "last"], lines);
    }

    [Fact]
    public void A_flood_of_lines_is_counted_and_not_logged()
    {
        var lines = Lines(string.Concat(Enumerable.Repeat("Corrupt JPEG data\n", 10_000)));

        Assert.Equal(WorkerLogLines.AtOnce + 1, lines.Count);
        Assert.Equal($"({10_000 - WorkerLogLines.AtOnce} lines were left out)", lines[^1]);
    }

    [Theory]
    [InlineData(true, true, 25)]
    [InlineData(true, false, 10)]
    [InlineData(false, true, 10)]
    public void Only_the_first_opening_of_a_device_on_Windows_may_take_longer(bool isDeviceOfWindows, bool isFirst, double seconds) =>
        Assert.Equal(seconds, new CaptureOptions().OpenTimeoutOf(isDeviceOfWindows, isFirst).TotalSeconds);

    private List<string> Lines(string text)
    {
        var reader = new WorkerLogLines(new MemoryStream(Encoding.UTF8.GetBytes(text)), _clock);
        var lines = new List<string>();
        while (reader.TryRead(out var line))
        {
            lines.Add(line);
        }

        return lines;
    }

    private void Saw(PicturePatience patience, double interval, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(interval));
            patience.Saw();
        }
    }
}
