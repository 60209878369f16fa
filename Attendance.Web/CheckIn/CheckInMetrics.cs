using System.ComponentModel;
using System.Diagnostics.Metrics;
using Attendance.Web.Data;

namespace Attendance.Web.CheckIn;

/// <summary>The attributes of what Web measures.</summary>
internal static class CheckInAttributes
{
    [Description("How a check-in came about: `face`, `code`, `qr`, `roll_call`, `correction`.")]
    public const string Method = "attendance.checkin.method";

    [Description("The mark that a check-in led to: `pending`, `present`, `late`, `left_early`, `absent`, `excused`.")]
    public const string Mark = "attendance.checkin.mark";
}

/// <summary>Counts check-ins. Who checked in is in no metric.</summary>
internal sealed class CheckInMetrics
{
    private readonly Counter<int> _recorded;

    public CheckInMetrics(IMeterFactory meters) => _recorded = meters.Create(typeof(CheckInMetrics).Assembly.GetName().Name!)
        .CreateCounter<int>("attendance.checkin.recorded", "{check-in}", "Check-ins recorded, each once for each session it counts for, by method and mark.");

    public void Count(CheckInMethod method, Mark mark) => _recorded.Add(
        1, new KeyValuePair<string, object?>(CheckInAttributes.Method, method.Code()), new KeyValuePair<string, object?>(CheckInAttributes.Mark, mark.Code()));
}
