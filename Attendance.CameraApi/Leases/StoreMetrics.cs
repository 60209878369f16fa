using System.Diagnostics.Metrics;

namespace Attendance.CameraApi.Leases;

internal sealed class StoreMetrics
{
    private readonly Histogram<double> _duration;

    public StoreMetrics(IMeterFactory meters) => _duration = meters.Create(CameraApiActivity.Name)
        .CreateHistogram<double>("attendance.store.duration", "s", "How long the session store took to answer.");

    public void Asked(string operation, string outcome, TimeSpan duration) => _duration.Record(
        duration.TotalSeconds, new("attendance.store.operation", operation), new("attendance.store.outcome", outcome));
}
