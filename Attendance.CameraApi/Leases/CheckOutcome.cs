namespace Attendance.CameraApi.Leases;

internal abstract record CheckOutcome
{
    public sealed record Live(CameraLease Lease) : CheckOutcome;

    /// <summary>The lease is live, but what was sent is the token of another one.</summary>
    public sealed record StaleToken : CheckOutcome;

    /// <param name="End">Null for a lease that ended long ago, never was, or is not one of this camera.</param>
    public sealed record Ended(LeaseEnd? End) : CheckOutcome;
}
