namespace Attendance.CameraApi.Leases;

internal abstract record CheckOutcome
{
    public sealed record Live(CameraLease Lease) : CheckOutcome;

    /// <summary>The lease is live, but the token that was sent is another one.</summary>
    public sealed record StaleToken : CheckOutcome;

    /// <param name="End">Why the lease ended, or null if it ended long ago, never existed, or is not a lease of this camera.</param>
    public sealed record Ended(LeaseEnd? End) : CheckOutcome;
}
