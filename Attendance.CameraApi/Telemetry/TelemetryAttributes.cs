using System.ComponentModel;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Telemetry;

/// <summary>Names every attribute of the camera API's instruments and spans and says what it means. <c>docs/telemetry.md</c> is generated from this.</summary>
internal static class TelemetryAttributes
{
    [Description("The camera. In instruments all browsers' cameras are `browser`, and all published ones `published`; the value is empty if the camera of a leak is not known.")]
    public const string CameraId = "attendance.camera.id";

    [Description("The kind of source: `device`, `network`, `file`, `test_pattern`, `browser`.")]
    public const string CameraKind = "attendance.camera.kind";

    [Description("How a request for a camera ended: `granted`, `already_held`, `in_use`, `quarantined`, `other_mode` (the session holds it in "
        + "another mode), `full` (as many share it as may), `failed`, `cancelled`, `ended` (released before there was a picture), `store_unavailable`, `shutting_down`; `adopted` for a lease of an earlier run, `moved` for one whose camera was lost. Of a release, how its "
        + "lease began: `granted`, `adopted`, `moved`, or `not_granted` if the client never got it.")]
    public const string LeaseOutcome = "attendance.lease.outcome";

    [Description("Whether a lease keeps everybody else from its camera: `exclusive` or `shared`.")]
    public const string LeaseMode = "attendance.lease.mode";

    [Description("`measured`; `in_use` if the camera was held or requested meanwhile, `quarantined`, `shutting_down`, `failed`.")]
    public const string ProbeOutcome = "attendance.probe.outcome";

    [Description("Why a lease ended, as in [operations.md](operations.md#why-a-lease-ended).")]
    public const string ReleaseReason = "attendance.lease.release_reason";

    [Description("`free`, `quarantined`, or `shared` if others hold the camera too, so that it stays open.")]
    public const string ReleaseOutcome = "attendance.release.outcome";

    [Description("The step of a release, from 1.")]
    public const string ReleaseAttempt = "attendance.release.attempt";

    [Description("What that step did: `release` (asked), `terminate` (SIGTERM), `kill`.")]
    public const string ReleaseStep = "attendance.release.step";

    [Description("How a leak was found, see [operations.md](operations.md#what-keeps-it-so).")]
    public const string LeakKind = "attendance.leak.kind";

    [Description("How a session's socket was lost: `closed`, `timeout`, `slow`, `misused`, `replaced`.")]
    public const string LossReason = "attendance.session.loss_reason";

    [Description("The operation: a script, or `held`, `ledger`, `quality`, `ping`.")]
    public const string StoreOperation = "attendance.store.operation";

    [Description("`ok` or `unavailable`.")]
    public const string StoreOutcome = "attendance.store.outcome";

    [Description("The rule by which an alert was raised.")]
    public const string AlertRule = "attendance.alert.rule";

    [Description("`critical` or `warning`.")]
    public const string AlertSeverity = "attendance.alert.severity";

    [Description("Which limit: `connections`, `sockets`, `browser_cameras`, `publishers`, `store_writes`. Of Web: `connections`, `sockets`, and for an account or address `sign_in_attempts`, `open_connections`, "
        + "`waiting_wishes`, `pictures`, `browser_cameras`, `kiosk_frames`, `kiosk_entries`, and for a token `api_requests`.")]
    public const string Limit = ReachedLimits.Attribute;

    [Description("The process id of the worker.")]
    public const string ProcessId = "process.pid";

    [Description("What failed: of a camera `device_missing`, `device_busy`, `open_failed`, `open_timed_out`, `read_failed`, `capture_unsupported`; "
        + "`cancelled`, `timeout`, `store_unavailable`, or the name of an exception. Absent if nothing failed.")]
    public const string ErrorType = "error.type";
}
