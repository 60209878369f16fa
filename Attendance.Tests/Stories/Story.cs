using System.Diagnostics;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Xunit;

namespace Attendance.Tests.Stories;

/// <summary>
/// Generates stories, which are sequences of steps, and runs each. A story that fails is shortened as long as it still
/// fails, and reported with its seed: <c>ATTENDANCE_REPLAY=seed,gamma,size</c> runs it again.
/// </summary>
internal static class Story
{
    private const string ReplayVariable = "ATTENDANCE_REPLAY";

    /// <summary>The limit of the shortening after the first failure, because a story that hangs takes its time on every run.</summary>
    private static readonly TimeSpan s_timeToShorten = TimeSpan.FromSeconds(30);

    /// <summary>Whether only one story, which failed before, is run again.</summary>
    public static bool IsReplayed => !string.IsNullOrEmpty(Replay);

    private static string? Replay => Environment.GetEnvironmentVariable(ReplayVariable);

    /// <param name="longest">About as many steps as the longest stories have.</param>
    /// <param name="atOnce">For stories that spend their time waiting.</param>
    public static Task TellAllAsync<TStep>(
        Arbitrary<TStep> step, int count, int longest, Func<TStep[], Task> tell, int atOnce = 1)
    {
        var config = Config.Quick.WithMaxTest(count).WithStartSize(longest / 4).WithEndSize(longest).WithQuietOnSuccess(true).WithRunner(new Critic<TStep>());
        if (Replay is { Length: > 0 } replay)
        {
            config = config.WithReplay(Parse(replay)).WithMaxTest(1);
        }

        if (atOnce > 1)
        {
            config = config.WithParallelRunConfig(new ParallelRunConfig(atOnce));
        }

        var failedAt = 0L;
        // FsCheck waits for its tasks; that may not take the thread they are to continue on.
        return Task.Run(() => Check.One(config, Prop.ForAll(step.Array(), TellAsync)), TestContext.Current.CancellationToken);

        async Task TellAsync(TStep[] steps)
        {
            if (Volatile.Read(ref failedAt) is var since and not 0 && Stopwatch.GetElapsedTime(since) > s_timeToShorten)
            {
                return; // the shortest so far is short enough
            }

            try
            {
                await tell(steps);
            }
            catch (Exception)
            {
                Interlocked.CompareExchange(ref failedAt, Stopwatch.GetTimestamp(), 0);
                throw;
            }
        }
    }

    private static FSharpOption<Replay> Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length == 3
            ? new Replay(
                new Rnd(ulong.Parse(parts[0], CultureInfo.InvariantCulture), ulong.Parse(parts[1], CultureInfo.InvariantCulture)),
                FSharpOption<int>.Some(int.Parse(parts[2], CultureInfo.InvariantCulture)))
            : throw new FormatException($"{ReplayVariable} must be 'seed,gamma,size', as a failure shows it.");
    }

    private sealed class Critic<TStep> : IRunner
    {
        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every)
        {
        }

        public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink)
        {
        }

        public void OnFinished(string name, FsCheck.TestResult result)
        {
            if (result is FsCheck.TestResult.Failed failed)
            {
                var story = (TStep[])failed.Item3.Single();
                Assert.Fail(
                    $"""
                    Story {failed.Item1.NumberOfTests} goes wrong. The shortest of its kind:
                      {string.Join("\n  ", story.Select((step, index) => $"{index + 1}. {step}"))}
                    {Cause(failed.Item4)}
                    Tell it again with {ReplayVariable}={failed.Item6.Seed},{failed.Item6.Gamma},{failed.Item7}
                    """);
            }

            Assert.True(result.IsPassed, "No story could be made up.");
        }

        private static string Cause(Outcome outcome) => outcome is Outcome.Failed failed
            ? failed.Item is AggregateException { InnerException: { } inner } ? inner.ToString() : failed.Item.ToString()
            : outcome.ToString();
    }
}
