using System.Diagnostics.Metrics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Store;

internal sealed class StoreMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _unreadable;

    public StoreMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CameraApiActivity.Name);
        _duration = meter.CreateHistogram("attendance.store.duration", "s", "How long the session store took to answer.", advice: Buckets.Store);
        _unreadable = meter.CreateCounter<long>("attendance.store.unreadable", "{value}", "Values in the session store that could not be read.");
    }

    public void Asked(string operation, string outcome, TimeSpan duration) => _duration.Record(
        duration.TotalSeconds, new(TelemetryAttributes.StoreOperation, operation), new(TelemetryAttributes.StoreOutcome, outcome));

    public void Unreadable(string operation) => _unreadable.Add(1, new KeyValuePair<string, object?>(TelemetryAttributes.StoreOperation, operation));
}
