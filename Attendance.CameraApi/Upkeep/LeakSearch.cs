using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Upkeep;

/// <summary>
/// Looks at what is, not at what is remembered: processes and their open files, leases and their deadlines, releases under way.
/// What nobody answers for is ended. What may be seen in the middle of a change counts when it is seen twice.
/// </summary>
internal sealed partial class LeakSearch(
    CameraLeases leases,
    CameraSlots slots,
    CameraCatalog catalog,
    AttachedDevices devices,
    CaptureWorkers workers,
    Reconciliation reconciliation,
    OpenLeaks leaks,
    IOptions<CaptureOptions> options,
    ILogger<LeakSearch> logger)
{
    private static readonly TimeSpan s_overhead = TimeSpan.FromSeconds(2); // of a release, beyond its steps

    private HashSet<string> _suspectedLeases = [];
    private HashSet<string> _suspectedWorkers = [];

    /// <summary>Leases that have ended, whose cameras are longer on their way back than all steps of a release together take.</summary>
    public IReadOnlyList<CameraLease> UnfinishedReleases() =>
    [
        .. slots.All.Select(slot => slot.Lease).OfType<CameraLease>()
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

    /// <summary>Workers of an earlier run of this node, or of another API on this machine that is gone.</summary>
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
            // One that was only just started may not be on our list yet, and a camera may be about to be lent.
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
            if (lease.EndByNow is { } end) // its timer should have ended it: the clock is asked, not the timer
            {
                yield return (lease, end.Reason == ReleaseReason.MaxHold ? LeakKind.HeldTooLong : LeakKind.LeaseOverdue, end);
            }
            else if (lease.Capture is { IsAttended: false, Lost.IsCompleted: false })
            {
                yield return (lease, LeakKind.LeaseWithoutWorker, new LeaseEnd(ReleaseReason.WorkerFailed));
            }
        }
    }

    /// <summary>The steps of a release end by killing. Should they themselves be stuck, the worker still must go.</summary>
    private void HurryReleases()
    {
        foreach (var cameraId in UnfinishedReleases().Select(lease => lease.CameraId).ToHashSet())
        {
            foreach (var worker in workers.InUse.Where(worker => worker.CameraId == cameraId))
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
        var ours = workers.All.Select(worker => worker.Pid).ToHashSet();
        var sources = new Lazy<IReadOnlyList<(string CameraId, DeviceNumber? Device, string? File)>>(Sources);
        foreach (var (worker, owner) in OrphanWorkers.All())
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

    /// <summary>What a process would have open that has one of our cameras open. Test patterns and networks leave no such trace.</summary>
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

    private bool IsLentToNobody(string cameraId) => slots.TryGet(cameraId, out var slot) && slot.Lease is null;

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
