namespace Attendance.CameraApi.Leases;

internal abstract record AcquireOutcome(string Name)
{
    /// <param name="IsNew">False if the session already had the lease.</param>
    public sealed record Granted(CameraLease Lease, bool IsNew) : AcquireOutcome(IsNew ? "granted" : "already_held")
    {
        /// <summary>Why this camera was chosen, or null if the session named its camera.</summary>
        public ChosenCamera? Choice { get; init; }
    }

    /// <param name="Node">The node that has the camera, if the store reports it. Another node may have a shared camera.</param>
    /// <param name="Mode">How those have it who are in the way. A camera that is shared may still be had by sharing it.</param>
    public sealed record InUse(DateTimeOffset ExpiresAt, string? Node = null, LeaseMode Mode = LeaseMode.Exclusive) : AcquireOutcome("in_use");

    /// <summary>The session holds the camera already, in another mode or role.</summary>
    public sealed record OtherMode(LeaseMode Held, string? Role) : AcquireOutcome("other_mode");

    /// <summary>The camera is shared by as many holders as it may have.</summary>
    public sealed record Full(int Holders) : AcquireOutcome("full");

    public sealed record Quarantined(Quarantine Quarantine) : AcquireOutcome("quarantined");

    /// <summary>The lease was released before the camera delivered a picture.</summary>
    public sealed record Ended(LeaseEnd End) : AcquireOutcome("ended");

    public sealed record ShuttingDown() : AcquireOutcome("shutting_down");
}
