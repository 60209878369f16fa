namespace Attendance.Web.Webhooks;

/// <summary>Says when a delivery that failed is tried again.</summary>
internal static class RetryPlan
{
    private const double Growth = 4, Jitter = 0.2;

    /// <param name="failed">How many attempts have failed.</param>
    /// <param name="since">When the first attempt was due.</param>
    /// <param name="chance">A random number from 0 to 1, which spreads retries that would fall together.</param>
    /// <returns>The time of the next attempt, or null if there is none.</returns>
    public static DateTime? Next(DispatchOptions options, int failed, DateTime since, DateTime now, double chance)
    {
        var pause = Math.Min(options.FirstRetry.TotalSeconds * Math.Pow(Growth, failed - 1), options.LongestRetry.TotalSeconds);
        var next = now + TimeSpan.FromSeconds(pause * (1 + (Jitter * ((2 * chance) - 1))));
        return next <= since + options.GiveUpAfter ? next : null;
    }
}
