using System.ComponentModel;
using System.Diagnostics.Metrics;

namespace Attendance.Web.Retention;

/// <summary>The attributes of what is measured of retention.</summary>
internal static class RetentionAttributes
{
    [Description("What went by its age: `pictures`, `unrenewed_consent`, `people`, `check_ins`, `audit`, `doubts`, `phone_pairings`, `sign_ins`, `requests`, `links`.")]
    public const string Purpose = "attendance.retention.purpose";

    [Description("How a run ended: `done`, or `failed` for an attempt that is made again.")]
    public const string Outcome = "attendance.retention.outcome";
}

/// <summary>Counts what is deleted by its age. Whose it was is in no metric.</summary>
internal sealed class RetentionMetrics
{
    private readonly Counter<int> _deleted, _runs;

    public RetentionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(typeof(RetentionMetrics).Assembly.GetName().Name!);
        _deleted = meter.CreateCounter<int>("attendance.retention.deleted", "{item}", "What was deleted by its age, by purpose.");
        _runs = meter.CreateCounter<int>("attendance.retention.runs", "{run}", "Runs that delete data by its age, by how they ended.");
    }

    public void Deleted(RetentionPurpose purpose, int items) => _deleted.Add(items, new KeyValuePair<string, object?>(RetentionAttributes.Purpose, purpose.Code()));

    public void Ended(bool isDone) => _runs.Add(1, new KeyValuePair<string, object?>(RetentionAttributes.Outcome, isDone ? "done" : "failed"));
}
