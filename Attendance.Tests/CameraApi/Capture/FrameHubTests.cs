using Attendance.CameraApi.Capture;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture;

public sealed class FrameHubTests
{
    private readonly FrameHub _hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_viewer_that_waits_is_given_the_next_frame()
    {
        var waiting = _hub.NextAsync(0, Cancel).AsTask();
        Assert.False(waiting.IsCompleted);

        _hub.Publish(FakeCaptures.Frame(1));

        Assert.Equal(1, (await waiting)!.Value.Frame.Header.Sequence);
    }

    [Fact]
    public async Task A_slow_viewer_skips_what_it_missed_and_holds_up_nobody()
    {
        for (var sequence = 1; sequence <= 1000; sequence++)
        {
            _hub.Publish(FakeCaptures.Frame(sequence));
        }

        var (frame, number) = (await _hub.NextAsync(3, Cancel))!.Value;

        Assert.Equal(1000, frame.Header.Sequence);
        Assert.Equal(1000, number);
    }

    [Fact]
    public async Task The_end_reaches_viewers_that_wait_and_those_that_come_later()
    {
        var waiting = _hub.NextAsync(0, Cancel).AsTask();

        _hub.End();
        _hub.Publish(FakeCaptures.Frame(1));

        Assert.Null(await waiting);
        Assert.Null(await _hub.NextAsync(0, Cancel));
    }

    [Fact]
    public async Task Every_viewer_sees_frames_in_order_while_others_come_and_go()
    {
        var publishing = Task.Run(
            async () =>
            {
                for (var sequence = 1; sequence <= 2000; sequence++)
                {
                    _hub.Publish(FakeCaptures.Frame(sequence));
                    if (sequence % 50 == 0)
                    {
                        await Task.Yield();
                    }
                }

                _hub.End();
            },
            Cancel);

        var last = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () =>
            {
                long seen = 0;
                while (await _hub.NextAsync(seen, Cancel) is { } next)
                {
                    Assert.True(next.Number > seen);
                    Assert.Equal(next.Number, next.Frame.Header.Sequence);
                    seen = next.Number;
                }

                return seen;
            },
            Cancel)));

        await publishing;
        Assert.All(last, seen => Assert.InRange(seen, 0, 2000));
    }
}
