namespace Attendance.CameraApi.Leases;

/// <param name="Ttl">The TTL of the lease, or null for the configured one.</param>
/// <param name="Wait">How long to wait in the queue for a camera that another session has.</param>
/// <param name="Takeover">Whether to end another session's lease instead of waiting for the camera.</param>
/// <param name="Failover">What another camera must meet for the lease to move there if its own is lost; null to wait for its own.</param>
/// <param name="Mode">Whether to keep everybody else from the camera, or to share it.</param>
/// <param name="Role">What the session does with a camera that it shares, or null. At most one session has a camera in each role.</param>
internal sealed record AcquireOptions(
    string SessionHash, TimeSpan? Ttl = null, TimeSpan Wait = default, bool Takeover = false, CameraRequirements? Failover = null, LeaseMode Mode = LeaseMode.Exclusive, string? Role = null)
{
    /// <summary>Called with each lease that was ended to make way for this one.</summary>
    public Action<CameraLease>? TookOver { get; init; }
}
