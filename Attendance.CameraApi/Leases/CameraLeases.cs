using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>All operations on the leases of this node. Each operation is implemented by a class of its own.</summary>
internal sealed class CameraLeases(
    CameraSlots slots,
    LeaseRegistry registry,
    LeaseAcquisition acquisition,
    LeaseOpening opening,
    LeaseAdoption adoption,
    LeaseRenewal renewal,
    LeaseMove move,
    LeaseRelease release,
    EndedLeases ended,
    ClosingNode closing)
{
    /// <inheritdoc cref="LeaseOpening.Opened"/>
    public event Action<CameraLease, ICameraCapture>? Opened
    {
        add => opening.Opened += value;
        remove => opening.Opened -= value;
    }

    /// <inheritdoc cref="LeaseRelease.Ended"/>
    public event Action<CameraLease, LeaseEnd>? Ended
    {
        add => release.Ended += value;
        remove => release.Ended -= value;
    }

    /// <inheritdoc cref="LeaseRegistry.Live"/>
    public IEnumerable<CameraLease> Live => registry.Live;

    /// <inheritdoc cref="LeaseRegistry.LiveCount"/>
    public int LiveCount => registry.LiveCount;

    /// <summary>Whether this node is stopping and grants no more leases.</summary>
    public bool IsClosing => closing.IsClosing;

    public CameraLease? Find(string leaseId) => registry.Find(leaseId);

    /// <inheritdoc cref="EndedLeases.Find"/>
    public LeaseEnd? FindEnd(string leaseId) => ended.Find(leaseId);

    /// <inheritdoc cref="LeaseRegistry.HeldBy"/>
    public IReadOnlyList<CameraLease> HeldBy(string sessionHash) => registry.HeldBy(sessionHash);

    /// <inheritdoc cref="LeaseAcquisition.AcquireAsync"/>
    public Task<AcquireOutcome> AcquireAsync(CameraSlot slot, AcquireOptions acquireOptions, CancellationToken cancellationToken) =>
        acquisition.AcquireAsync(slot, acquireOptions, cancellationToken);

    /// <inheritdoc cref="LeaseAcquisition.AcquireFirstFreedAsync"/>
    public Task<(CameraSlot Slot, AcquireOutcome Outcome)?> AcquireFirstFreedAsync(
        IReadOnlyList<CameraSlot> awaited, AcquireOptions acquireOptions, CancellationToken cancellationToken) =>
        acquisition.AcquireFirstFreedAsync(awaited, acquireOptions, cancellationToken);

    /// <inheritdoc cref="LeaseAdoption.TryAdopt"/>
    public bool TryAdopt(CameraSlot slot, FoundLease found, CameraRequirements? failover = null) => adoption.TryAdopt(slot, found, failover);

    /// <inheritdoc cref="LeaseRenewal.RenewAsync(CameraLease)"/>
    public Task<bool> RenewAsync(CameraLease lease) => renewal.RenewAsync(lease);

    /// <inheritdoc cref="LeaseRenewal.RenewAsync(string)"/>
    public Task<CameraLease?> RenewAsync(string leaseId) => renewal.RenewAsync(leaseId);

    /// <inheritdoc cref="LeaseRenewal.CheckAsync"/>
    public Task<CheckOutcome> CheckAsync(string leaseId, string cameraId, long fencingToken, CancellationToken cancellationToken) =>
        renewal.CheckAsync(leaseId, cameraId, fencingToken, cancellationToken);

    /// <inheritdoc cref="LeaseRenewal.RegisterAsync"/>
    public Task RegisterAsync(CameraLease lease) => renewal.RegisterAsync(lease);

    /// <inheritdoc cref="LeaseMove.TryMoveAsync"/>
    public Task<bool> TryMoveAsync(CameraLease lease, CameraSlot to) => move.TryMoveAsync(lease, to);

    /// <inheritdoc cref="LeaseRelease.EndAsync"/>
    public Task<CloseOutcome> EndAsync(CameraLease lease, LeaseEnd end) => release.EndAsync(lease, end);

    /// <inheritdoc cref="LeaseAcquisition.Leave"/>
    public void Leave(CameraLease lease, LeaseEnd end, TimeSpan grace) => acquisition.Leave(lease, end, grace);

    /// <summary>Stops all further acquisitions and releases everything that is held.</summary>
    public async Task CloseAsync()
    {
        await closing.CloseAsync();
        await EndAllAsync(new LeaseEnd(ReleaseReason.Shutdown));
    }

    public Task EndAllAsync(LeaseEnd end) =>
        Task.WhenAll(slots.All.SelectMany(slot => slot.Leases).Select(lease => release.EndAsync(lease, end)));
}
