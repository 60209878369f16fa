namespace Attendance.CameraApi.Alerts;

/// <summary>
/// A reason to alert ops. Its name in JSON, metrics and configuration is in <see cref="AlertRules.Names"/>, as in
/// <c>Alerts:Rules:camera_missing</c>.
/// </summary>
internal enum AlertRule
{
    /// <summary>A camera is held, but nobody is responsible for the hold.</summary>
    Leak,

    /// <summary>A release takes longer than all of its steps together are allowed to take.</summary>
    ReleaseFailed,

    /// <summary>A camera could not be proven to be free.</summary>
    Quarantined,

    /// <summary>A camera that should be attached is missing.</summary>
    CameraMissing,

    /// <summary>A camera in use delivers no new frames.</summary>
    FramesStalled,

    /// <summary>A camera has to be reopened repeatedly, or does not open at all.</summary>
    WorkerCrashLoop,
    StoreUnreachable,

    /// <summary>Another node has sent no sign of life for too long.</summary>
    NodeLost,

    /// <summary>Another process was started under this node's name.</summary>
    NodeNameTaken,

    /// <summary>The store has node entries that no node of this system wrote.</summary>
    NodeForged,

    /// <summary>Many sessions went silent within a short time.</summary>
    HeartbeatsLost,

    /// <summary>A camera was requested many times while it was in use.</summary>
    Contention,

    /// <summary>A limit was reached, so requests or data were refused or dropped.</summary>
    LimitReached,
}

internal enum AlertSeverity
{
    Warning,
    Critical,
}

internal static class AlertRules
{
    private static readonly string[] s_names = EnumNames.Of<AlertRule>();

    public static IReadOnlyList<string> Names => s_names;

    public static string Name(this AlertRule rule) => s_names[(int)rule];

    public static string Name(this AlertSeverity severity) => severity == AlertSeverity.Critical ? "critical" : "warning";

    public static AlertSeverity DefaultSeverity(this AlertRule rule) => rule switch
    {
        AlertRule.Leak or AlertRule.ReleaseFailed or AlertRule.Quarantined or AlertRule.StoreUnreachable or AlertRule.NodeLost or AlertRule.NodeNameTaken
            or AlertRule.NodeForged => AlertSeverity.Critical,
        _ => AlertSeverity.Warning,
    };

    /// <summary>
    /// Returns whether, while the alert lasts, nobody can get the camera or it is open for nobody. <c>/health/cameras</c> reports these
    /// alerts.
    /// </summary>
    public static bool BlocksCamera(this AlertRule rule) => rule is AlertRule.Leak or AlertRule.ReleaseFailed or AlertRule.Quarantined;

    /// <summary>Returns what to do, in one or two sentences. docs/operations.md has more under the rule's name.</summary>
    public static string Remedy(this AlertRule rule) => rule switch
    {
        AlertRule.Leak => "Nothing, if it was ended. If it comes again, find out what starts it: the log has the process.",
        AlertRule.ReleaseFailed => "Look at the worker's state in the log. If it does not resolve by itself, unplug the device or restart the node.",
        AlertRule.Quarantined => "Read the cause. Unplug the device, or end the process that is named, then look again from the console.",
        AlertRule.CameraMissing => "Check the cable, the hub and its power; or take the camera out of the configuration.",
        AlertRule.FramesStalled => "It is opened again by itself. If it goes on, check the device, its cable or its network.",
        AlertRule.WorkerCrashLoop => "Read what the device says. Check it with another program; replace the cable or the camera.",
        AlertRule.StoreUnreachable => "Look whether the session store runs and can be reached. What is held stays until its deadline; nothing new is granted.",
        AlertRule.NodeLost => "Look at that machine and its network. Its devices are freed by itself; start its camera API again.",
        AlertRule.NodeNameTaken => "Give each node a 'Node:Name' of its own. The cameras of the one that was stopped are at nobody's disposal.",
        AlertRule.NodeForged => "Look whether all nodes have the same 'Security:ApiKey'. If they have, somebody else writes to the session store: change its password.",
        AlertRule.HeartbeatsLost => "Look at the network between the browsers and Web, and at proxies that cut quiet connections.",
        AlertRule.Contention => "There are more who want this camera than there is camera: add one, or ask for 'auto'.",
        AlertRule.LimitReached => "docs/limits.md has the limit. Look who uses so much of it; raise it if that is right.",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
    };
}
