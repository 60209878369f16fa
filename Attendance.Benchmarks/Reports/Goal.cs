namespace Attendance.Benchmarks.Reports;

/// <summary>What a figure should be, and what it was: a row of the page's table of goals.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Limit">What it should be, with its unit.</param>
/// <param name="Measured">What it was, with its unit.</param>
/// <param name="IsMet">Null if it was not measured.</param>
internal sealed record Goal(string What, string Limit, string Measured, bool? IsMet)
{
    public string Result => IsMet switch { true => "met", false => "**missed**", null => "not measured" };

    /// <param name="unit">The unit of both, or "times the floor's" and the like.</param>
    public static Goal AtMost(string what, double measured, double limit, string unit) =>
        new(what, $"≤ {Samples.Figure(limit)} {unit}", $"{Samples.Figure(measured)} {unit}", measured <= limit);

    public static Goal AtMost(string what, TimeSpan measured, TimeSpan limit) =>
        limit < TimeSpan.FromSeconds(1)
            ? AtMost(what, measured.TotalMilliseconds, limit.TotalMilliseconds, "ms")
            : AtMost(what, measured.TotalSeconds, limit.TotalSeconds, "s");

    public static Goal AtLeast(string what, double measured, double limit, string unit) =>
        new(what, $"≥ {Samples.Figure(limit)} {unit}", $"{Samples.Figure(measured)} {unit}", measured >= limit);

    /// <summary>Stands for a figure that cannot be measured on this machine.</summary>
    public static Goal NotMeasured(string what, string limit) => new(what, limit, "", IsMet: null);
}
