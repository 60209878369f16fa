namespace Attendance.CameraApi.Leases;

internal abstract record AcquireOutcome(string Name)
{
    /// <param name="IsNew">False when the session had it already.</param>
    public sealed record Granted(CameraLease Lease, bool IsNew) : AcquireOutcome(IsNew ? "granted" : "already_held")
    {
        /// <summary>Null where the session named its camera.</summary>
        public ChosenCamera? Choice { get; init; }
    }

    /// <param name="Node">That has it, where the store says so: a camera that is shared may be another's.</param>
    public sealed record InUse(DateTimeOffset ExpiresAt, string? Node = null) : AcquireOutcome("in_use");

    public sealed record Quarantined(Quarantine Quarantine) : AcquireOutcome("quarantined");

    /// <summary>It was released before there was a picture.</summary>
    public sealed record Ended(LeaseEnd End) : AcquireOutcome("ended");

    public sealed record ShuttingDown() : AcquireOutcome("shutting_down");
}
