using System.Diagnostics;
using Xunit;

namespace Attendance.Tests;

/// <summary>
/// Waits until something is so, and returns how long that took. It asks often at first and then less often, or asking would take the
/// processor from what is asked.
/// </summary>
internal static class Eventually
{
    /// <summary>The default bound. It is generous, because only steps that no test measures use it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(100);

    /// <param name="what">What is waited for, for the message of the failure.</param>
    /// <param name="found">What there is instead at the end, for the same message.</param>
    public static async Task<TimeSpan> TrueAsync(Func<Task<bool>> isSo, TimeSpan bound, string what, Func<string>? found = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            var waited = Stopwatch.GetElapsedTime(started);
            Assert.True(waited < bound, $"Not within {bound.TotalSeconds} s: {what}. {found?.Invoke()}");
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 20, s_shortestPause.Ticks, s_longestPause.Ticks)), TestContext.Current.CancellationToken);
        }

        return Stopwatch.GetElapsedTime(started);
    }

    public static Task<TimeSpan> TrueAsync(Func<bool> isSo, TimeSpan bound, string what, Func<string>? found = null) =>
        TrueAsync(() => Task.FromResult(isSo()), bound, what, found);

    public static Task<TimeSpan> TrueAsync(Func<Task<bool>> isSo, string what) => TrueAsync(isSo, Patience, what);

    public static Task<TimeSpan> TrueAsync(Func<bool> isSo, string what) => TrueAsync(isSo, Patience, what);
}
