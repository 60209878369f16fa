using System.Diagnostics.Metrics;

namespace Attendance.ServiceDefaults;

/// <summary>Counts what was refused, or left out, because there is as much of it as may be: docs/limits.md.</summary>
public sealed class ReachedLimits
{
    /// <summary>Which limit.</summary>
    public const string Attribute = "attendance.limit";

    private readonly Counter<int> _reached;

    /// <param name="meter">The service's own.</param>
    public ReachedLimits(IMeterFactory meters, string meter) => _reached = meters.Create(meter)
        .CreateCounter<int>("attendance.limit.reached", "{refusal}", "What was refused, or left out, because there is as much of it as may be, by limit.");

    public void Count(string limit) => _reached.Add(1, new KeyValuePair<string, object?>(Attribute, limit));
}
