using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Sessions;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Upkeep;

internal sealed record CleanupResult(IReadOnlyList<ReleasedCamera> Released, IReadOnlyList<FailedCamera> Failed)
{
    public IReadOnlyList<LeavingCamera> Leaving { get; init; } = [];
}

/// <summary>Releases cameras according to what is held, without regard to who asks.</summary>
internal sealed class Cleanup(CameraLeases leases, CameraSlots slots, Reconciliation reconciliation, IOptions<NodeOptions> node, TimeProvider clock)
{
    /// <param name="leaseRefs">The references of the leases that are meant, or null for all of these sessions.</param>
    public Task<CleanupResult> ReleaseSessionsAsync(IReadOnlyList<string> sessions, IReadOnlyList<string?>? leaseRefs, LeaseEnd end, bool isDryRun) =>
        EndAsync([.. sessions.SelectMany(leases.HeldBy).Where(lease => leaseRefs?.Contains(lease.Ref) != false)], end, isDryRun);

    /// <summary>Ends the sessions' leases after a grace period. Can be repeated, because the time runs from the first goodbye.</summary>
    public CleanupResult LeaveSessions(IReadOnlyList<string> sessions, LeaseEnd end, TimeSpan grace, bool isDryRun)
    {
        CameraLease[] held = [.. sessions.SelectMany(leases.HeldBy)];
        foreach (var lease in isDryRun ? [] : held)
        {
            leases.Leave(lease, end, grace);
        }

        return new CleanupResult([], []) { Leaving = [.. held.Select(lease => new LeavingCamera(lease.CameraId))] };
    }

    public async Task<CleanupResult> ReleaseAllAsync(bool isDryRun)
    {
        var held = await EndAsync([.. slots.All.SelectMany(slot => slot.Leases)], new LeaseEnd(ReleaseReason.Forced), isDryRun);
        var stale = await ReleaseStaleAsync(isDryRun);
        return new CleanupResult([.. held.Released, .. stale.Released], [.. held.Failed, .. stale.Failed]);
    }

    /// <summary>Ends what nobody answers for: workers without a lease, and overdue store entries without a holder.</summary>
    public async Task<CleanupResult> ReleaseStaleAsync(bool isDryRun)
    {
        var started = clock.GetTimestamp();
        var open = isDryRun
            ? [.. reconciliation.WorkersWithoutLease().Select(worker => worker.CameraId)]
            : reconciliation.EndWorkersWithoutLease();
        var overdue = isDryRun ? await reconciliation.FindOverdueAsync() : await reconciliation.EndOverdueAsync();
        return new CleanupResult(
            [
                .. open.Select(id => Stale(id, LeakKind.WorkerWithoutLease.Name())),
                .. overdue.Select(id => Stale(id, ReleaseReason.Expired.Name())),
            ],
            []);

        ReleasedCamera Stale(string cameraId, string reason) => new(cameraId, node.Value.Name, reason, clock.GetElapsedTime(started).TotalSeconds);
    }

    private async Task<CleanupResult> EndAsync(IReadOnlyList<CameraLease> held, LeaseEnd end, bool isDryRun)
    {
        var outcomes = await Task.WhenAll(held.Select(async lease =>
        {
            var started = clock.GetTimestamp();
            var outcome = isDryRun ? new CloseOutcome.Free() : await leases.EndAsync(lease, end);
            return (lease.CameraId, lease.Ref, Mode: lease.Mode.Name(), Reason: (lease.End ?? end).Reason.Name(), Outcome: outcome, Took: clock.GetElapsedTime(started).TotalSeconds);
        }));
        return new CleanupResult(
            [.. outcomes.Where(one => one.Outcome is CloseOutcome.Free).Select(one => new ReleasedCamera(one.CameraId, node.Value.Name, one.Reason, one.Took, one.Ref, one.Mode))],
            [.. outcomes.Where(one => one.Outcome is CloseOutcome.NotFree)
                .Select(one => new FailedCamera(one.CameraId, ((CloseOutcome.NotFree)one.Outcome).Cause))]);
    }
}
