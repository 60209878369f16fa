using System.Diagnostics.Metrics;

namespace Attendance.ServiceDefaults;

/// <summary>Counts what was refused or dropped because a limit was reached. The limits are listed in docs/limits.md.</summary>
public sealed class ReachedLimits
{
    /// <summary>The attribute that names the limit.</summary>
    public const string Attribute = "attendance.limit";

    private readonly Counter<int> _reached;

    /// <param name="meter">The name of the service's own meter.</param>
    public ReachedLimits(IMeterFactory meters, string meter) => _reached = meters.Create(meter)
        .CreateCounter<int>("attendance.limit.reached", "{refusal}", "Requests and messages that were refused or dropped because a limit was reached, by limit.");

    public void Count(string limit) => _reached.Add(1, new KeyValuePair<string, object?>(Attribute, limit));
}
