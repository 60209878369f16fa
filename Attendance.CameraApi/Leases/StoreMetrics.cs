using System.Diagnostics.Metrics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Leases;

internal sealed class StoreMetrics
{
    private readonly Histogram<double> _duration;

    public StoreMetrics(IMeterFactory meters) => _duration = meters.Create(CameraApiActivity.Name)
        .CreateHistogram("attendance.store.duration", "s", "How long the session store took to answer.", advice: Buckets.Store);

    public void Asked(string operation, string outcome, TimeSpan duration) => _duration.Record(
        duration.TotalSeconds, new(TelemetryAttributes.StoreOperation, operation), new(TelemetryAttributes.StoreOutcome, outcome));
}
