namespace Attendance.CameraApi.Sessions;

/// <summary>How a presence socket ended.</summary>
internal enum PresenceEnd
{
    /// <summary>The page said so before.</summary>
    Goodbye,

    /// <summary>The API stops.</summary>
    Shutdown,

    /// <summary>A newer socket of the session took its place.</summary>
    Replaced,

    /// <summary>Closed or reset from the other side.</summary>
    Closed,

    /// <summary>No sign of life.</summary>
    Timeout,

    /// <summary>It does not read what it is sent.</summary>
    Slow,

    /// <summary>It sent what a page never sends.</summary>
    Misused,
}

internal static class PresenceEnds
{
    /// <summary>Whether the session may be gone, though it has not said so.</summary>
    public static bool IsLoss(this PresenceEnd end) => end > PresenceEnd.Replaced;

    public static string Name(this PresenceEnd end) => end switch
    {
        PresenceEnd.Goodbye => "goodbye",
        PresenceEnd.Shutdown => "shutdown",
        PresenceEnd.Replaced => "replaced",
        PresenceEnd.Closed => "closed",
        PresenceEnd.Timeout => "timeout",
        PresenceEnd.Slow => "slow",
        _ => "misused",
    };
}
