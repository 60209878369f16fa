using System.Globalization;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Live;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Upkeep;

/// <summary>
/// Compares the records with the actual state: leases here, entries in the store, and worker processes. A hold that nobody answers
/// for is a leak; it is ended, counted, and logged.
/// </summary>
internal sealed partial class Reconciliation(
    CameraLeases leases,
    CameraSlots slots,
    CaptureWorkers workers,
    CameraCatalog catalog,
    LeaseStore store,
    FailoverWishes wishes,
    Publications publications,
    EndedLeases ended,
    OpenLeaks leaks,
    ILogger<Reconciliation> logger)
{
    private const int Batch = 100;

    /// <summary>Returns the workers that have a camera open without a lease.</summary>
    public IReadOnlyList<WorkerProcess> WorkersWithoutLease() =>
    [
        .. workers.Running.Where(worker =>
            slots.TryGet(worker.CameraId, out var slot) && slot is { IsEmpty: true, Quarantine: null }),
    ];

    /// <returns>The cameras that the workers had open.</returns>
    public IReadOnlyList<string> EndWorkersWithoutLease()
    {
        var found = WorkersWithoutLease();
        foreach (var worker in found)
        {
            worker.Kill();
            leaks.Begin(
                LeakKind.WorkerWithoutLease, worker.CameraId, worker.Pid.ToString(CultureInfo.InvariantCulture), () => worker.Exited.IsCompleted);
            LogWorkerWithoutLease(worker.CameraId, worker.Pid);
        }

        return [.. found.Select(worker => worker.CameraId)];
    }

    /// <summary>
    /// Recovers the leases of an earlier run, at the start. A lease whose time is not over continues because its session may be alive;
    /// others end. A lease that was moving from one camera to another is on both, and continues on the one where it arrived last.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Not finished; call again.</exception>
    public async Task RecoverAsync()
    {
        var nobodys = new List<(LeaseStore Scope, FoundLease Found)>();
        foreach (var (scope, cameraId) in await FindHeldAsync())
        {
            nobodys.AddRange((await FindNobodysAsync(scope, cameraId)).Select(found => (scope, found)));
        }

        var failovers = await wishes.ReadAsync();
        foreach (var (scope, found) in nobodys.OrderByDescending(entry => entry.Found.Lease.AcquiredAt))
        {
            var (cameraId, leaseId) = (found.Lease.CameraId, found.Lease.LeaseId);
            if (leases.Find(leaseId) is { } moved)
            {
                await SettleAsync(scope, cameraId, new LeaseEnd(ReleaseReason.DeviceLost, $"moved to {moved.CameraId}"), LeakKind.NodeRestarted, leaseId);
            }
            else if (found.Remaining <= TimeSpan.Zero || !TryAdopt(cameraId, found, failovers.GetValueOrDefault(leaseId)))
            {
                await SettleAsync(scope, cameraId, new LeaseEnd(ReleaseReason.NodeRestarted), LeakKind.NodeRestarted, leaseId);
            }
        }

        foreach (var leaseId in failovers.Keys.Where(id => leases.Find(id) is null))
        {
            wishes.Forget(leaseId);
        }
    }

    /// <summary>Registers leases again that the store has lost, and ends store entries that nobody here holds.</summary>
    /// <exception cref="StoreUnavailableException">Not finished; call again.</exception>
    public async Task CompareWithStoreAsync()
    {
        var held = await FindHeldAsync();
        var known = held.Select(entry => entry.CameraId).ToHashSet(StringComparer.Ordinal);
        foreach (var lease in leases.Live)
        {
            // The camera's entry may have been written by others that share it.
            if (!known.Contains(lease.CameraId)
                || (lease.Mode == LeaseMode.Shared && !(await store.ForScope(lease.Stored.Scope).ReadAsync(lease.CameraId)).Any(found => found.Lease.LeaseId == lease.Id)))
            {
                LogLostByStore(lease.CameraId, lease.Ref);
                await leases.RegisterAsync(lease);
            }
        }

        foreach (var (scope, cameraId) in held)
        {
            foreach (var found in await FindNobodysAsync(scope, cameraId))
            {
                await SettleAsync(scope, cameraId, new LeaseEnd(ReleaseReason.NodeLost), LeakKind.LeaseWithoutHolder, found.Lease.LeaseId);
            }
        }
    }

    /// <returns>The cameras whose entries were ended.</returns>
    /// <exception cref="StoreUnavailableException">Not finished; call again.</exception>
    public async Task<IReadOnlyList<string>> EndOverdueAsync()
    {
        var settled = new List<string>();
        foreach (var (scope, cameraId, leaseId) in await FindOverdueInScopesAsync())
        {
            using var activity = CameraApiActivity.Source.StartActivity(SpanNames.Expire);
            activity?.SetTag(TelemetryAttributes.CameraId, cameraId).SetTag(TelemetryAttributes.ReleaseReason, ReleaseReason.Expired.Name());
            if (await SettleAsync(scope, cameraId, new LeaseEnd(ReleaseReason.Expired), LeakKind.LeaseWithoutHolder, leaseId))
            {
                settled.Add(cameraId);
            }
        }

        return settled;
    }

    /// <summary>Finds overdue entries of the store that nobody here holds.</summary>
    public async Task<IReadOnlyList<string>> FindOverdueAsync() => [.. (await FindOverdueInScopesAsync()).Select(entry => entry.CameraId)];

    /// <summary>Ends the leases of another node that is known to be lost. If two nodes do so, each lease still ends once.</summary>
    /// <param name="scopes">The scopes that the node shared, besides its own.</param>
    /// <returns>The number of leases ended.</returns>
    /// <exception cref="StoreUnavailableException">Not finished; call again.</exception>
    public async Task<int> EndOfNodeAsync(string node, IReadOnlyList<string> scopes)
    {
        var count = 0;
        foreach (var scope in scopes.Prepend(null).Select(name => store.ForScope(name, node)))
        {
            foreach (var cameraId in await scope.FindHeldAsync())
            {
                foreach (var found in (await scope.ReadAsync(cameraId)).Where(found => found.Node == node))
                {
                    count += await SettleAsync(scope, cameraId, new LeaseEnd(ReleaseReason.NodeLost), LeakKind.LeaseWithoutHolder, found.Lease.LeaseId) ? 1 : 0;
                }
            }
        }

        return count;
    }

    private IEnumerable<LeaseStore> Scopes => catalog.SharedScopes.Prepend(null).Select(scope => store.ForScope(scope));

    private async Task<List<(LeaseStore Scope, string CameraId)>> FindHeldAsync()
    {
        var found = new List<(LeaseStore, string)>();
        foreach (var scope in Scopes)
        {
            found.AddRange((await scope.FindHeldAsync()).Select(cameraId => (scope, cameraId)));
        }

        return found;
    }

    /// <summary>Finds what is overdue: all that a camera has, or one of the leases that share it while others are held here.</summary>
    private async Task<List<(LeaseStore Scope, string CameraId, string? LeaseId)>> FindOverdueInScopesAsync()
    {
        var found = new List<(LeaseStore, string, string?)>();
        foreach (var scope in Scopes)
        {
            foreach (var cameraId in await scope.FindOverdueAsync(Batch))
            {
                if (!IsHeldHere(cameraId))
                {
                    found.Add((scope, cameraId, null));
                }
                else
                {
                    found.AddRange((await FindNobodysAsync(scope, cameraId)).Where(one => one.Remaining <= TimeSpan.Zero).Select(one => (scope, cameraId, (string?)one.Lease.LeaseId)));
                }
            }
        }

        return found;
    }

    /// <summary>
    /// Adopts a lease of an earlier run. A browser's camera needs no worker, only that its page comes back in time; a published one needs
    /// somebody who publishes it again.
    /// </summary>
    private bool TryAdopt(string cameraId, FoundLease found, CameraRequirements? failover)
    {
        if (IdFormats.IsBrowserCamera(cameraId))
        {
            using var visit = slots.VisitBrowserCamera(cameraId, isLimited: false)!;
            return leases.TryAdopt(visit.Slot, found);
        }

        if (PublishedCamera.IsOne(cameraId))
        {
            publications.Expect(cameraId);
        }

        return slots.TryGet(cameraId, out var slot) && leases.TryAdopt(slot, found, failover);
    }

    /// <summary>
    /// Finds the leases of a store entry that nobody here holds. The slot is checked again after the entry is read, because a lease that
    /// is granted in between is not the one that was read. Where several share the camera, each lease is looked for by itself.
    /// </summary>
    private async Task<IReadOnlyList<FoundLease>> FindNobodysAsync(LeaseStore scope, string cameraId)
    {
        if (IsHeldHere(cameraId) && !IsSharedHere(cameraId))
        {
            return [];
        }

        var found = await scope.ReadAsync(cameraId);
        return slots.TryGet(cameraId, out var slot) && slot.Leases is { Count: > 0 } held
            ? held.Any(lease => lease.Mode == LeaseMode.Exclusive) ? [] : [.. found.Where(one => !held.Any(lease => lease.Id == one.Lease.LeaseId || lease.SessionHash == one.Lease.SessionHash))]
            : found;
    }

    private async Task<bool> SettleAsync(LeaseStore scope, string cameraId, LeaseEnd end, LeakKind kind, string? leaseId = null)
    {
        var endedIds = await scope.SettleAsync(cameraId, end, leaseId);
        foreach (var endedId in endedIds)
        {
            ended.Add(endedId, end);
            leaks.Ended(kind, cameraId, Identifiers.LeaseRef(endedId));
            LogSettled(cameraId, Identifiers.LeaseRef(endedId), end.ToString());
        }

        return endedIds.Count > 0;
    }

    /// <summary>Whether a lease here has the camera, also while it is being acquired or released.</summary>
    private bool IsHeldHere(string cameraId) => slots.TryGet(cameraId, out var slot) && !slot.IsEmpty;

    private bool IsSharedHere(string cameraId) => slots.TryGet(cameraId, out var slot) && slot.Lease is { Mode: LeaseMode.Shared };

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId}: worker {Pid} had it open without a lease and was killed")]
    private partial void LogWorkerWithoutLease(string cameraId, int pid);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId}: the session store has lost lease {LeaseRef}; it is registered again")]
    private partial void LogLostByStore(string cameraId, string leaseRef);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId}: the session store listed lease {LeaseRef}, which nobody holds; ended as {Reason}")]
    private partial void LogSettled(string cameraId, string leaseRef, string reason);
}
