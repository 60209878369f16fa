using System.Diagnostics;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Attendance.Web.Forwarding;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Watches the stream of a lease, and measures for how long no picture comes.</summary>
internal sealed class StreamWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private long _last;
    private TimeSpan _longest;

    private StreamWatch(AttendanceSystem system, Lease lease) => _reading = ReadAsync(system, lease);

    /// <summary>Begins, and waits for the first picture.</summary>
    public static async Task<StreamWatch> BeginAsync(AttendanceSystem system, Lease lease)
    {
        var watch = new StreamWatch(system, lease);
        await watch._first.Task.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        return watch;
    }

    /// <summary>Returns the longest time without a picture, while something happens and for half a second after it.</summary>
    public async Task<TimeSpan> LongestGapAsync(Func<Task> happenAsync)
    {
        lock (_gate)
        {
            _longest = TimeSpan.Zero;
        }

        await happenAsync();
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.False(_reading.IsCompleted, "The stream has ended.");
        lock (_gate)
        {
            var since = Stopwatch.GetElapsedTime(_last);
            return since > _longest ? since : _longest;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task ReadAsync(AttendanceSystem system, Lease lease)
    {
        using var response = await system.Api.GetAsync(lease.StreamUrl, HttpCompletionOption.ResponseHeadersRead, _over.Token);
        await using var stream = await response.Content.ReadAsStreamAsync(_over.Token);
        var reader = new MotionJpegReader(stream);
        while (await reader.NextAsync(_over.Token) is { } picture)
        {
            Assert.Equal(lease.FencingToken, picture.FencingToken);
            lock (_gate)
            {
                var gap = _last == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_last);
                (_last, _longest) = (Stopwatch.GetTimestamp(), gap > _longest ? gap : _longest);
            }

            _first.TrySetResult();
        }
    }
}
