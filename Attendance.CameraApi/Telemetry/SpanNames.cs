using System.ComponentModel;
using static Attendance.CameraApi.Telemetry.TelemetryAttributes;

namespace Attendance.CameraApi.Telemetry;

/// <summary>Names every span of the camera API, says what it measures, and which attributes it may have. <c>docs/telemetry.md</c> is generated from this.</summary>
internal static class SpanNames
{
    [Description("From the request for a camera until its first frame, or the refusal.")]
    [Carries(CameraId, TelemetryAttributes.CameraKind, LeaseOutcome, ErrorType)]
    public const string Acquire = "camera.acquire";

    [Description("From telling a worker to open a camera until its first frame. One that replaces another under a lease is a trace of its own, "
        + "linked to the lease's acquisition.")]
    [Carries(CameraId, TelemetryAttributes.CameraKind, ErrorType)]
    public const string Open = "camera.open";

    [Description("The same opening as the worker itself has timed it; its events are `device.opened` and, where the process was started for it, `process.ready`.")]
    [Carries(CameraId, ProcessId, WorkerIsSpare, ErrorType)]
    public const string WorkerOpen = "worker.open";

    [Description("The opening of a camera that nobody has, to measure what it delivers. Its end is a `camera.release` with the reason `expired`.")]
    [Carries(CameraId, TelemetryAttributes.CameraKind, ProbeOutcome, ErrorType)]
    public const string Probe = "camera.probe";

    [Description("From the end of a lease until its camera is proven free, or in quarantine. In the trace of who ended it, if anybody did; "
        + "linked to the lease's acquisition.")]
    [Carries(CameraId, TelemetryAttributes.CameraKind, ReleaseReason, ReleaseOutcome, ErrorType)]
    public const string Release = "camera.release";

    [Description("One step of getting a device back from its worker.")]
    [Carries(CameraId, ReleaseAttempt, ReleaseStep, ErrorType)]
    public const string Close = "camera.close";

    [Description("The end of a lease whose time was over, by this node's clock, or by the store's for a lease that nobody here holds.")]
    [Carries(CameraId, ReleaseReason)]
    public const string Expire = "lease.expire";

    [Description("A call to the session store, by `attendance.store.operation`, made for a request or for something that happened to a camera; upkeep makes no span.")]
    [Carries(ErrorType)]
    public const string Store = "store.";
}

/// <summary>Lists the attributes that a span may have.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class CarriesAttribute(params string[] attributes) : Attribute
{
    public IReadOnlyList<string> Attributes => attributes;
}
