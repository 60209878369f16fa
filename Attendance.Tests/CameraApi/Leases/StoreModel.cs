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
            camera.Held = null;
            camera.Ledger.Clear();
            camera.Fence = 0;
            camera.IsIndexed = camera.IsIndexOverdue = false;
        }
    }
}

internal sealed class CameraModel
{
    public StoredLease? Held { get; set; }

    public bool IsOverdue { get; set; }

    /// <summary>The camera is among the deadlines. It stays there when an entry is lost alone.</summary>
    public bool IsIndexed { get; set; }

    public bool IsIndexOverdue { get; set; }

    /// <summary>The last token that the store remembers; 0 for none.</summary>
    public long Fence { get; set; }

    /// <summary>The highest token there ever was, whatever the store forgot.</summary>
    public long HighestToken { get; private set; }

    /// <summary>Ended leases since the ledger was last lost, newest first: each once.</summary>
    public List<EndedLease> Ledger { get; } = [];

    private long NewestEnded => Ledger.Select(entry => entry.FencingToken).DefaultIfEmpty().Max();

    public bool HasEnded(StoredLease lease) => Ledger.Any(entry => entry.LeaseRef == Identifiers.LeaseRef(lease.LeaseId));

    /// <summary>Ends an overdue lease before another session's acquisition.</summary>
    /// <returns>False when the camera is another session's.</returns>
    public bool MakeWayFor(string session)
    {
        if (Held is { } held && held.SessionHash != session)
        {
            if (!IsOverdue)
            {
                return false;
            }

            End(new LeaseEnd(ReleaseReason.Expired));
        }

        return true;
    }

    public void Grant(StoredLease lease)
    {
        HighestToken = Fence = lease.FencingToken;
        Keep(lease);
    }

    /// <returns>False for a stale holder: the lease has ended, or a newer one was granted.</returns>
    public bool Renew(StoredLease lease)
    {
        if (Held is { } held ? held.LeaseId != lease.LeaseId : HasEnded(lease) || Math.Max(Fence, NewestEnded) > lease.FencingToken)
        {
            return false;
        }

        if (Held is null)
        {
            Fence = lease.FencingToken;
        }

        Keep(Held ?? lease);
        return true;
    }

    /// <remarks>The end of a lease that the store lost is recorded as well, where its holder knows that it was granted.</remarks>
    public void Release(StoredLease lease, LeaseEnd end)
    {
        if (Held?.LeaseId == lease.LeaseId)
        {
            End(end);
        }
        else if (lease.WasGranted && !HasEnded(lease))
        {
            Record(lease, end);
        }
        else if (!lease.WasGranted && Held is null)
        {
            LeaveIndex();
        }
    }

    /// <returns>The lease that ended.</returns>
    public string? Settle(LeaseEnd end, bool onlyOverdue)
    {
        if (Held is not { } held)
        {
            LeaveIndex();
            return null;
        }

        if (onlyOverdue && !IsOverdue)
        {
            return null;
        }

        End(end);
        return held.LeaseId;
    }

    public void Keep(StoredLease lease)
    {
        (Held, IsOverdue, IsIndexed, IsIndexOverdue) = (lease, false, true, false);
    }

    private void End(LeaseEnd end)
    {
        Record(Held!, end);
        Held = null;
        LeaveIndex();
    }

    private void LeaveIndex() => IsIndexed = IsIndexOverdue = false;

    private void Record(StoredLease lease, LeaseEnd end) => Ledger.Insert(0, new EndedLease(
        Identifiers.LeaseRef(lease.LeaseId), lease.FencingToken, lease.AcquiredAt.ToUnixTimeMilliseconds(), end.Reason.Name(), end.Detail));
}

/// <summary>A lease's entry in the ledger, without the time of its end, which the store sets.</summary>
internal sealed record EndedLease(string LeaseRef, long FencingToken, long AcquiredAt, string Reason, string? Detail);
