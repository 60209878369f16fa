using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Upkeep;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Alerts;

/// <summary>Finds what is wrong at this moment by looking at the current state, for problems that no event reports.</summary>
internal sealed class AlertConditions(
    CameraCatalog catalog,
    CameraSlots slots,
    LeakSweeper leaks,
    LeaseUpkeep upkeep,
    IEnumerable<IFindingSource> sources,
    IOptions<AlertOptions> options,
    TimeProvider clock)
{
    public IReadOnlyList<Finding> Find() =>
    [
        .. slots.All.SelectMany(OfSlot),
        .. leaks.UnfinishedReleases().Select(lease => new Finding(
            AlertRule.ReleaseFailed, lease.CameraId, $"The release of lease {lease.Ref} does not finish.", "Its worker was killed.")),
        .. catalog.List().Where(entry => !entry.IsPresent && !entry.Camera.Discovered).Select(entry => new Finding(
            AlertRule.CameraMissing, entry.Camera.Id, "The camera is configured but not attached.", "The node keeps looking for it.")),
        .. upkeep.StoreAwaySince is { } since && clock.GetElapsedTime(since) >= options.Value.StoreUnreachable
            ? [new Finding(AlertRule.StoreUnreachable, "", "The session store does not answer.", "No camera is granted. Cameras are still released, and recorded once it answers.")]
            : Array.Empty<Finding>(),
        .. sources.SelectMany(source => source.Find()),
    ];

    public static Finding OfLeak(LeakKind kind, string cameraId)
    {
        var (what, done) = kind.Describe();
        return new Finding(AlertRule.Leak, cameraId, what, done, kind.IsOfTheStoreOnly() ? AlertSeverity.Warning : AlertSeverity.Critical);
    }

    private IEnumerable<Finding> OfSlot(CameraSlot slot)
    {
        var id = slot.Camera.Id;
        if (slot.Quarantine is { } quarantine)
        {
            yield return new Finding(
                AlertRule.Quarantined, id, $"The camera could not be proven free: {quarantine.Cause}", "It is not granted until it is free. The node keeps checking.");
        }

        if (slot.Lease is { End: null, Opened.IsCompletedSuccessfully: true, Capture: { } capture })
        {
            foreach (var finding in OfCapture(slot.Camera, capture))
            {
                yield return finding;
            }
        }
        else if (slot.Failures >= CaptureStatus.FailuresOfNote && slot.LastEnd is { } end && clock.GetUtcNow() - end.At < options.Value.CrashLoop.Window)
        {
            yield return new Finding(
                AlertRule.WorkerCrashLoop, id, $"The camera failed to open {slot.Failures} times in a row.", "Each client was told.");
        }
    }

    private IEnumerable<Finding> OfCapture(Camera camera, ICameraCapture capture)
    {
        var status = capture.Status;
        if (status.Suspended)
        {
            if (camera.Source.Kind == CameraKind.Published)
            {
                yield break; // who publishes a camera may stop that whenever they like
            }

            yield return new Finding(
                AlertRule.CameraMissing, camera.Id, "The camera was unplugged while in use.", "Its lease is kept for a grace period.");
        }
        else if (status.Failures >= CaptureStatus.FailuresOfNote)
        {
            yield return new Finding(
                AlertRule.WorkerCrashLoop, camera.Id, $"The camera failed to open {status.Failures} times in a row: {status.Fault}", "Its lease is kept, and opening is retried at growing intervals.");
        }

        if (capture.Frames.AgeOfLatest(clock) is { } age && age > options.Value.FramesStalled && age > capture.Frames.Patience)
        {
            yield return new Finding(
                AlertRule.FramesStalled, camera.Id, $"The camera is in use and has delivered no new picture for {age.TotalSeconds:0} s.", "The node keeps reopening it.");
        }
    }
}
