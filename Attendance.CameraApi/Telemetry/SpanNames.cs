using System.ComponentModel;
using static Attendance.CameraApi.Telemetry.TelemetryAttributes;

namespace Attendance.CameraApi.Telemetry;

/// <summary>Names every span of the camera API, says what it measures, and which attributes it may have. <c>docs/telemetry.md</c> is generated from this.</summary>
internal static class SpanNames
{
    [Description("The time from the request for a camera until its first frame or the refusal.")]
    [Carries(CameraId, TelemetryAttributes.CameraKind, TelemetryAttributes.LeaseMode, LeaseOutcome, ErrorType)]
    public const string Acquire = "camera.acquire";

    [Description("The time from the command to a worker until its first frame. When a worker replaces another one under a lease, this is a trace of its own, "
        + "linked to the lease's acquisition.")]
    [Carries(CameraId, TelemetryAttributes.CameraKind, ErrorType)]
    public const string Open = "camera.open";

    [Description("The same opening, timed by the worker. Its events are `process.ready` and `device.opened`.")]
    [Carries(CameraId, ProcessId, ErrorType)]
    public const string WorkerOpen = "worker.open";

    [Description("The probe of a free camera, to measure what it delivers. It ends with a `camera.release` with the reason `expired`.")]
    [Carries(CameraId, TelemetryAttributes.CameraKind, ProbeOutcome, ErrorType)]
    public const string Probe = "camera.probe";

    [Description("The time from the end of a lease until its camera is proven free or quarantined. It belongs to the trace of the request that ended the lease, "
        + "if there was one, and is linked to the lease's acquisition.")]
    [Carries(CameraId, TelemetryAttributes.CameraKind, ReleaseReason, ReleaseOutcome, ErrorType)]
    public const string Release = "camera.release";

    [Description("One step of getting a device back from its worker.")]
    [Carries(CameraId, ReleaseAttempt, ReleaseStep, ErrorType)]
    public const string Close = "camera.close";

    [Description("The end of a lease whose deadline has passed, by this node's clock, or by the store's clock if this node does not hold the lease.")]
    [Carries(CameraId, ReleaseReason)]
    public const string Expire = "lease.expire";

    [Description("A call to the session store, by `attendance.store.operation`, made for a request or because something happened to a camera. Upkeep makes no spans.")]
    [Carries(ErrorType)]
    public const string Store = "store.";
}

/// <summary>Lists the attributes that a span may have.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class CarriesAttribute(params string[] attributes) : Attribute
{
    public IReadOnlyList<string> Attributes => attributes;
}
