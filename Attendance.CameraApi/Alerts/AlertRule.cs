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
        AlertRule.Leak => "Nothing, if it was ended. If it happens again, find out what starts it: the log names the process.",
        AlertRule.ReleaseFailed => "Check the worker's state in the log. If it does not resolve by itself, unplug the device or restart the node.",
        AlertRule.Quarantined => "Read the cause. Unplug the device, or end the process that it names, then check again from the console.",
        AlertRule.CameraMissing => "Check the cable, the hub and its power, or remove the camera from the configuration.",
        AlertRule.FramesStalled => "The node reopens it. If this continues, check the device, its cable or its network.",
        AlertRule.WorkerCrashLoop => "Read the device's error. Check the camera with another program; replace the cable or the camera.",
        AlertRule.StoreUnreachable => "Check that the session store runs and can be reached. Held cameras are kept until their deadlines; none is granted.",
        AlertRule.NodeLost => "Check that machine and its network, and start its camera API again. Its devices free themselves.",
        AlertRule.NodeNameTaken => "Give each node a 'Node:Name' of its own. Nobody can use the cameras of the process that was stopped.",
        AlertRule.NodeForged => "Check that all nodes have the same 'Security:ApiKey'. If they do, somebody else writes to the session store: change its password.",
        AlertRule.HeartbeatsLost => "Check the network between the browsers and Web, and proxies that close idle connections.",
        AlertRule.Contention => "More clients want this camera than it can serve. Add a camera, or request 'auto'.",
        AlertRule.LimitReached => "docs/limits.md describes the limit. Find out who uses so much of it, and raise it if that is legitimate.",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
    };
}
