using Attendance.CameraApi;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Upkeep;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>
/// A model of the store without scripts, clocks and keys. It cannot predict the token of a new lease: it takes the
/// store's, and asserts that it is above every token that the camera ever had.
/// </summary>
internal sealed class StoreModel
{
    private readonly Dictionary<string, CameraModel> _cameras = new(StringComparer.Ordinal);

    public CameraModel this[string cameraId] =>
        _cameras.TryGetValue(cameraId, out var camera) ? camera : _cameras[cameraId] = new CameraModel();

    /// <summary>Forgets everything that the store knew. Holders keep their leases, and only they know of them.</summary>
    public void Lose()
    {
        foreach (var (_, camera) in _cameras)
        {
            camera.Holders.Clear();
            camera.Ledger.Clear();
            camera.Fence = 0;
            camera.IsIndexed = camera.IsIndexOverdue = false;
        }
    }
}

/// <summary>A lease that a camera is held under.</summary>
internal sealed class ModelHolder(StoredLease lease)
{
    public StoredLease Lease => lease;

    public bool IsOverdue { get; set; }
}

internal sealed class CameraModel
{
    /// <summary>One exclusive lease, or shared ones, in the order in which they came.</summary>
    public List<ModelHolder> Holders { get; } = [];

    /// <summary>The camera is among the deadlines. It stays there when an entry is lost alone.</summary>
    public bool IsIndexed { get; set; }

    public bool IsIndexOverdue { get; set; }

    /// <summary>The last token that the store remembers; 0 for none.</summary>
    public long Fence { get; set; }

    /// <summary>The highest token there ever was, whatever the store forgot.</summary>
    public long HighestToken { get; private set; }

    /// <summary>Ended leases since the ledger was last lost, newest first: each once.</summary>
    public List<EndedLease> Ledger { get; } = [];

    public bool IsShared => Holders is [{ Lease.Mode: LeaseMode.Shared }, ..];

    private bool IsExclusive => Holders.Count > 0 && !IsShared;

    public bool HasEnded(StoredLease lease) => Ledger.Any(entry => entry.LeaseRef == Identifiers.LeaseRef(lease.LeaseId));

    public ModelHolder? HolderOf(string leaseId) => Holders.Find(holder => holder.Lease.LeaseId == leaseId);

    /// <summary>The lease that the session already has, in the mode that it asks for.</summary>
    public ModelHolder? OwnOf(string session, LeaseMode mode) => Holders.Find(holder => holder.Lease.SessionHash == session && holder.Lease.Mode == mode);

    /// <summary>Ends overdue leases before another session's acquisition.</summary>
    /// <returns>False when the session cannot have the camera.</returns>
    public bool MakeWayFor(string session, LeaseMode mode)
    {
        var own = OwnOf(session, mode);
        var (wasShared, before) = (IsShared, Holders.Count);
        foreach (var overdue in Holders.Where(holder => holder.IsOverdue && holder != own).ToList())
        {
            End(overdue, new LeaseEnd(ReleaseReason.Expired));
        }

        if (wasShared && before > 0 && (own is not null || mode == LeaseMode.Exclusive) && Holders.Count > 0)
        {
            Index(); // the entry was written anew
        }

        return own is not null || Holders.Count == 0 || (IsShared && mode == LeaseMode.Shared);
    }

    public void Grant(StoredLease lease)
    {
        HighestToken = Fence = lease.FencingToken;
        Holders.Add(new ModelHolder(lease));
        Index();
    }

    public void Keep(ModelHolder holder)
    {
        holder.IsOverdue = false;
        Index();
    }

    /// <returns>False for a stale holder: the lease has ended, or one was granted since that it cannot be beside.</returns>
    public bool Renew(StoredLease lease)
    {
        if (HolderOf(lease.LeaseId) is { } holder)
        {
            Keep(holder);
            return true;
        }

        var isShared = lease.Mode == LeaseMode.Shared;
        if (HasEnded(lease) || IsExclusive || (IsShared && !isShared) || Holders.Any(other => other.Lease.SessionHash == lease.SessionHash))
        {
            return false;
        }

        var newest = Newest(Ledger);
        var isLastKnown = IsShared || Fence <= newest;
        var before = isShared && isLastKnown ? Newest(Ledger.Where(entry => entry.Mode == LeaseMode.Exclusive)) : Math.Max(Fence, newest);
        if (before > lease.FencingToken)
        {
            return false;
        }

        Fence = isShared ? Math.Max(Fence, lease.FencingToken) : lease.FencingToken;
        Holders.Add(new ModelHolder(lease));
        Index();
        return true;
    }

    /// <remarks>The end of a lease that the store lost is recorded as well, where its holder knows that it was granted.</remarks>
    public void Release(StoredLease lease, LeaseEnd end)
    {
        if (HolderOf(lease.LeaseId) is { } holder)
        {
            End(holder, end);
            Index();
        }
        else if (lease.WasGranted && !HasEnded(lease))
        {
            Record(lease, end);
        }
        else if (!lease.WasGranted && Holders.Count == 0)
        {
            Index();
        }
    }

    /// <param name="leaseId">The lease to end; null for all that are overdue.</param>
    /// <returns>The leases that ended.</returns>
    public IReadOnlyList<string> Settle(LeaseEnd end, string? leaseId)
    {
        var ended = Holders.Where(holder => leaseId is null ? holder.IsOverdue : holder.Lease.LeaseId == leaseId).ToList();
        ended.ForEach(holder => End(holder, end));
        if (ended.Count > 0 || Holders.Count == 0)
        {
            Index();
        }

        return [.. ended.Select(holder => holder.Lease.LeaseId)];
    }

    /// <summary>The camera's deadline is that of the lease that is over first.</summary>
    private void Index() => (IsIndexed, IsIndexOverdue) = (Holders.Count > 0, Holders.Exists(holder => holder.IsOverdue));

    private void End(ModelHolder holder, LeaseEnd end)
    {
        Record(holder.Lease, end);
        Holders.Remove(holder);
    }

    private static long Newest(IEnumerable<EndedLease> ended) => ended.Select(entry => entry.FencingToken).DefaultIfEmpty().Max();

    private void Record(StoredLease lease, LeaseEnd end) => Ledger.Insert(0, new EndedLease(
        Identifiers.LeaseRef(lease.LeaseId), lease.FencingToken, lease.AcquiredAt.ToUnixTimeMilliseconds(), end.Reason.Name(), end.Detail, lease.Mode));
}

/// <summary>A lease's entry in the ledger, without the time of its end, which the store sets.</summary>
internal sealed record EndedLease(string LeaseRef, long FencingToken, long AcquiredAt, string Reason, string? Detail, LeaseMode Mode);
