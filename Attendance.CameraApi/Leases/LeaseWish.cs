namespace Attendance.CameraApi.Leases;

/// <param name="Ttl">Null for the configured one.</param>
/// <param name="Wait">How long to stand in line for a camera that somebody has.</param>
/// <param name="Takeover">Ends another session's lease instead of waiting for it.</param>
/// <param name="Failover">What another camera must be that the lease moves to should its own be lost; null to wait for its own.</param>
internal sealed record LeaseWish(
    string SessionHash, TimeSpan? Ttl = null, TimeSpan Wait = default, bool Takeover = false, CameraRequirements? Failover = null)
{
    /// <summary>Called with each lease that was ended for this one.</summary>
    public Action<CameraLease>? TookOver { get; init; }
}
