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
            AlertRule.ReleaseFailed, lease.CameraId, $"The release of lease {lease.Ref} does not end.", "Its worker was killed.")),
        .. catalog.List().Where(entry => !entry.IsPresent && !entry.Camera.Discovered).Select(entry => new Finding(
            AlertRule.CameraMissing, entry.Camera.Id, "The camera is configured and not attached.", "It is looked for again and again.")),
        .. upkeep.StoreAwaySince is { } since && clock.GetElapsedTime(since) >= options.Value.StoreUnreachable
            ? [new Finding(AlertRule.StoreUnreachable, "", "The session store does not answer.", "Nothing is granted; releases go on, and are told to it later.")]
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
                AlertRule.Quarantined, id, $"The camera could not be shown to be free: {quarantine.Cause}", "Nobody gets it until it is; it is looked at again and again.");
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
                AlertRule.WorkerCrashLoop, id, $"The camera did not open {slot.Failures} times in a row.", "Each who asked was told.");
        }
    }

    private IEnumerable<Finding> OfCapture(Camera camera, ICameraCapture capture)
    {
        var status = capture.Status;
        if (status.Suspended)
        {
            yield return new Finding(
                AlertRule.CameraMissing, camera.Id, "The camera was unplugged while in use.", "Its lease waits for it, for a while.");
        }
        else if (status.Failures >= CaptureStatus.FailuresOfNote)
        {
            yield return new Finding(
                AlertRule.WorkerCrashLoop, camera.Id, $"The camera failed to open {status.Failures} times in a row: {status.Fault}", "It is tried again, less and less often; its lease stays.");
        }

        if (capture.Frames.AgeOfLatest(clock) is { } age && age > options.Value.FramesStalled && age > capture.Frames.Patience)
        {
            yield return new Finding(
                AlertRule.FramesStalled, camera.Id, $"The camera is in use and has shown nothing new for {age.TotalSeconds:0} s.", "It is opened again and again.");
        }
    }
}
