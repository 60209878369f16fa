using Attendance.ServiceDefaults;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.ServiceDefaults;

public sealed class RepeatedWorkTests
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_failure_is_logged_when_it_begins_and_after_the_work_has_succeeded_again()
    {
        var outcomes = new Queue<Exception?>([new IOException("one"), new IOException("two"), null, new IOException("three"), new TimeoutException()]);
        var logged = await RunAsync(outcomes);

        Assert.Equal(["one", "three", new TimeoutException().Message], logged.Select(failure => failure.Message));
    }

    [Fact]
    public async Task What_is_canceled_inside_the_work_is_a_failure_and_does_not_end_it()
    {
        var logged = await RunAsync(new([new OperationCanceledException("a request of its own"), null]));

        Assert.Equal("a request of its own", Assert.Single(logged).Message);
    }

    /// <summary>Works until each outcome has come, one a minute.</summary>
    private static async Task<List<Exception>> RunAsync(Queue<Exception?> outcomes)
    {
        var (clock, logged, ended) = (new FakeTimeProvider(), new List<Exception>(), new CancellationTokenSource());
        using (ended)
        {
            var running = RepeatedWork.RunAsync(
                _ =>
                {
                    var outcome = outcomes.Dequeue();
                    return outcome is null ? Task.CompletedTask : Task.FromException(outcome);
                },
                s_every, clock, logged.Add, ended.Token);
            for (var left = outcomes.Count; left > 0; left--)
            {
                Assert.False(running.IsCompleted);
                Assert.Equal(left, outcomes.Count);
                clock.Advance(s_every);
                await Eventually.TrueAsync(() => outcomes.Count < left, "The work is done again.");
            }

            await ended.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            return logged;
        }
    }
}
