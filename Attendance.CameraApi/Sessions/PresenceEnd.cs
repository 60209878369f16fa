namespace Attendance.CameraApi.Sessions;

/// <summary>How a presence socket ended.</summary>
internal enum PresenceEnd
{
    /// <summary>The page announced the close.</summary>
    Goodbye,

    /// <summary>The API is shutting down.</summary>
    Shutdown,

    /// <summary>A newer socket of the session replaced this one.</summary>
    Replaced,

    /// <summary>The peer closed or reset the connection.</summary>
    Closed,

    /// <summary>The peer did not answer a ping in time.</summary>
    Timeout,

    /// <summary>The peer does not read what it is sent.</summary>
    Slow,

    /// <summary>The peer sent something that a page never sends.</summary>
    Misused,
}

internal static class PresenceEnds
{
    /// <summary>Returns whether the session may be gone although it did not announce it.</summary>
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
