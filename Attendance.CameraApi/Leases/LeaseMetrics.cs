using System.Diagnostics.Metrics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Leases;

internal sealed class LeaseMetrics
{
    private readonly UpDownCounter<int> _active;
    private readonly Counter<int> _acquisitions;
    private readonly Counter<int> _releases;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _releaseDuration;
    private readonly UpDownCounter<int> _quarantined;

    public LeaseMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CameraApiActivity.Name);
        _active = meter.CreateUpDownCounter<int>("attendance.camera.lease.active", "{lease}", "Leases that are held.");
        _acquisitions = meter.CreateCounter<int>("attendance.camera.lease.acquisitions", "{acquisition}", "Requests for a camera, by outcome.");
        _releases = meter.CreateCounter<int>("attendance.camera.lease.releases", "{release}", "Leases ended, by reason.");
        _duration = meter.CreateHistogram(
            "attendance.camera.lease.duration", "s", "How long leases were held.", advice: Buckets.Hold);
        _releaseDuration = meter.CreateHistogram(
            "attendance.camera.release.duration", "s", "The time from the end of a lease until its camera was proven free or quarantined, or is only others' any more.",
            advice: Buckets.Device);
        _quarantined = meter.CreateUpDownCounter<int>(
            "attendance.camera.quarantined", "{camera}", "Cameras that could not be proven free.");
    }

    /// <summary>Counts a lease as active, from the store's grant until <see cref="Ended"/>.</summary>
    public void Began(string cameraId) => _active.Add(1, Camera(cameraId));

    public void Asked(string cameraId, string outcome) => _acquisitions.Add(1, Camera(cameraId), new(TelemetryAttributes.LeaseOutcome, outcome));

    /// <param name="outcome">How the lease came to its holder, so that granted and ended leases can be balanced.</param>
    public void Ended(string cameraId, ReleaseReason reason, string outcome, TimeSpan held)
    {
        _active.Add(-1, Camera(cameraId));
        _releases.Add(1, Camera(cameraId), Reason(reason), new(TelemetryAttributes.LeaseOutcome, outcome));
        _duration.Record(held.TotalSeconds, Camera(cameraId));
    }

    public void Freed(string cameraId, ReleaseReason reason, string outcome, TimeSpan took) =>
        _releaseDuration.Record(took.TotalSeconds, Camera(cameraId), Reason(reason), new(TelemetryAttributes.ReleaseOutcome, outcome));

    public void Quarantined(string cameraId, int change) => _quarantined.Add(change, Camera(cameraId));

    private static KeyValuePair<string, object?> Camera(string id) => CameraTelemetry.Attribute(id);

    private static KeyValuePair<string, object?> Reason(ReleaseReason reason) => new(TelemetryAttributes.ReleaseReason, reason.Name());
}
