using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Upkeep;

/// <summary>
/// Finds leaks by the actual state, not by what was recorded: processes and their open files, leases and their deadlines, and
/// releases in progress. Ends what nobody answers for. A finding that may be a change in progress counts only when two searches
/// in a row make it.
/// </summary>
internal sealed partial class LeakSweeper(
    CameraLeases leases,
    CameraSlots slots,
    CameraCatalog catalog,
    AttachedDevices devices,
    CaptureWorkers workers,
    Reconciliation reconciliation,
    OpenLeaks leaks,
    IOptions<CaptureOptions> options,
    ILogger<LeakSweeper> logger)
{
    private static readonly TimeSpan s_overhead = TimeSpan.FromSeconds(2); // extra time for a release, beyond its steps

    private HashSet<string> _suspectedLeases = [];
    private HashSet<string> _suspectedWorkers = [];

    /// <summary>Returns ended leases whose release has taken longer than all of its steps may take together.</summary>
    public IReadOnlyList<CameraLease> UnfinishedReleases() =>
    [
        .. slots.All.SelectMany(slot => slot.Leases)
            .Where(lease => lease.EndedFor > options.Value.WholeRelease + s_overhead),
    ];

    public void SearchLeases()
    {
        leaks.Review();
        var suspected = new HashSet<string>();
        foreach (var (lease, kind, end) in FindLeases())
        {
            if (IsSeenTwice($"{kind} {lease.Ref}", _suspectedLeases, suspected))
            {
                leaks.Begin(kind, lease.CameraId, lease.Ref, () => lease.Released.IsCompleted, lease.Ref);
                LogLease(lease.CameraId, lease.Ref, kind.Name(), end.Reason.Name());
                _ = leases.EndAsync(lease, end);
            }
        }

        _suspectedLeases = suspected;
        HurryReleases();
    }

    /// <summary>Ends workers of an earlier run of this node, or of another API on this machine that is gone.</summary>
    public async Task EndOrphansAsync(CancellationToken cancellationToken)
    {
        foreach (var (worker, kind, cameraId) in FindWorkers().Where(found => found.Kind == LeakKind.OrphanWorker))
        {
            await EndAsync(worker, kind, cameraId, cancellationToken);
        }
    }

    public async Task SearchWorkersAsync(CancellationToken cancellationToken)
    {
        reconciliation.EndWorkersWithoutLease();
        var suspected = new HashSet<string>();
        foreach (var (worker, kind, cameraId) in FindWorkers())
        {
            // A worker that has just started may not be on the list yet, and a camera may be about to be lent.
            if (kind == LeakKind.OrphanWorker || IsSeenTwice($"{kind} {worker}", _suspectedWorkers, suspected))
            {
                await EndAsync(worker, kind, cameraId, cancellationToken);
            }
        }

        _suspectedWorkers = suspected;
    }

    private IEnumerable<(CameraLease Lease, LeakKind Kind, LeaseEnd End)> FindLeases()
    {
        foreach (var lease in leases.Live.Where(lease => lease is { End: null, Opened.IsCompletedSuccessfully: true }))
        {
            if (lease.EndByNow is { } end) // its timer should have ended it; this asks the clock, not the timer
            {
                yield return (lease, end.Reason == ReleaseReason.MaxHold ? LeakKind.HeldTooLong : LeakKind.LeaseOverdue, end);
            }
            else if (lease.Capture is { HasWatchdog: false, Lost.IsCompleted: false })
            {
                yield return (lease, LeakKind.LeaseWithoutWorker, new LeaseEnd(ReleaseReason.WorkerFailed));
            }
        }
    }

    /// <summary>
    /// Kills the workers of unfinished releases. The last step of a release kills the worker; if the steps are stuck, it must still go.
    /// </summary>
    private void HurryReleases()
    {
        foreach (var cameraId in UnfinishedReleases().Where(lease => lease.Slot.Leases.All(other => other.End is not null)).Select(lease => lease.CameraId).ToHashSet())
        {
            foreach (var worker in workers.Running.Where(worker => worker.CameraId == cameraId))
            {
                worker.Kill();
            }
        }
    }

    private async Task EndAsync(ProcessIdentity worker, LeakKind kind, string cameraId, CancellationToken cancellationToken)
    {
        leaks.Begin(kind, cameraId, worker.ToString(), () => !worker.IsAlive);
        var isGone = await worker.KillAsync(options.Value.ReleaseTimeout, cancellationToken);
        leaks.Review();
        LogWorker(cameraId, worker.Id, kind.Name(), isGone);
    }

    private IEnumerable<(ProcessIdentity Worker, LeakKind Kind, string CameraId)> FindWorkers()
    {
        var found = OrphanWorkers.All().ToList();
        var ours = workers.Running.Select(worker => worker.Pid).ToHashSet(); // read last, so that a worker that is just being started counts as ours
        var sources = new Lazy<IReadOnlyList<(string CameraId, DeviceNumber? Device, string? File)>>(Sources);
        foreach (var (worker, owner) in found)
        {
            if (ours.Contains(worker.Id))
            {
                continue;
            }

            if (!owner.IsAlive)
            {
                yield return (worker, LeakKind.OrphanWorker, CameraOf(worker.Id, sources.Value) ?? "");
            }
            else if (owner == ProcessIdentity.Current)
            {
                yield return (worker, LeakKind.UnknownWorker, CameraOf(worker.Id, sources.Value) ?? "");
            }
            else if (!OrphanWorkers.IsApi(owner.Id) && CameraOf(worker.Id, sources.Value) is { } cameraId && IsLentToNobody(cameraId))
            {
                yield return (worker, LeakKind.DeviceOpenWithoutLease, cameraId);
            }
        }
    }

    /// <summary>
    /// Returns the device or file that a process has open if it uses one of this node's cameras. Test patterns and network cameras
    /// leave no such trace.
    /// </summary>
    private List<(string CameraId, DeviceNumber? Device, string? File)> Sources() =>
    [
        .. catalog.List().Where(entry => entry.IsPresent).Select(entry => entry.Camera).Select(camera => camera.Source.Kind switch
        {
            CameraKind.Device when devices.Locate(camera.Source.Target) is { } node => (camera.Id, DeviceNumber.Of(node), null),
            CameraKind.File => (camera.Id, default(DeviceNumber?), Path.GetFullPath(camera.Source.Target)),
            _ => (camera.Id, default(DeviceNumber?), default(string?)),
        }),
    ];

    private static string? CameraOf(int process, IReadOnlyList<(string CameraId, DeviceNumber? Device, string? File)> sources) =>
        OpenFiles.Of(process)
            .Select(file => sources.FirstOrDefault(source =>
                (source.Device is { } device && DeviceNumber.Of(file.Descriptor) == device) || (source.File is { } path && path == file.Target)).CameraId)
            .FirstOrDefault(cameraId => cameraId is not null);

    private bool IsLentToNobody(string cameraId) => slots.TryGet(cameraId, out var slot) && slot.IsEmpty;

    private static bool IsSeenTwice(string what, HashSet<string> before, HashSet<string> now)
    {
        now.Add(what);
        return before.Contains(what);
    }

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId}: lease {LeaseRef} is a leak ({Kind}); ended as {Reason}")]
    private partial void LogLease(string cameraId, string leaseRef, string kind, string reason);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId}: worker {Pid} is a leak ({Kind}) and was killed; gone: {IsGone}")]
    private partial void LogWorker(string cameraId, int pid, string kind, bool isGone);
}
