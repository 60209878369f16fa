using System.Diagnostics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Adds the opening of a camera to a trace, as the worker has timed it. The worker exports no telemetry itself. It reports the span that
/// its request named and the times of its steps, on the monotonic clock that it shares with the API.
/// </summary>
internal static class WorkerSpan
{
    /// <summary>Adds the opening to the trace if the worker has reported its times. A worker that hangs reports nothing.</summary>
    /// <param name="asked">When the worker was told to open.</param>
    /// <param name="firstFrame">When the first frame was captured, or null if there is none.</param>
    public static void Add(WorkerProcess? worker, long asked, long? firstFrame, string? error, TimeProvider clock)
    {
        if (worker?.Times is not { } times || !ActivityContext.TryParse(times.TraceParent, null, isRemote: true, out var parent))
        {
            return;
        }

        // The wall clock is read only once, so that all times keep their order and distances even if that clock is changed meanwhile.
        var (now, today) = (clock.GetTimestamp(), clock.GetUtcNow());
        using var activity = CameraApiActivity.Source.StartActivity(
            SpanNames.WorkerOpen, ActivityKind.Internal, parent, startTime: At(asked));
        if (activity is null)
        {
            return;
        }

        activity.SetTag(TelemetryAttributes.CameraId, worker.CameraId)
            .SetTag(TelemetryAttributes.ProcessId, worker.Pid)
            .AddEvent(new ActivityEvent("process.ready", At(times.Ready)));
        if (times.Opened is { } opened)
        {
            activity.AddEvent(new ActivityEvent("device.opened", At(opened)));
        }

        if (error is not null)
        {
            activity.Failed(error);
        }

        activity.SetEndTime(At(firstFrame ?? times.Failed ?? now).UtcDateTime);

        DateTimeOffset At(long timestamp) => today - clock.GetElapsedTime(Math.Clamp(timestamp, asked, now), now);
    }
}
