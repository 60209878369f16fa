using System.Diagnostics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// The opening of a camera as its worker has timed it. The worker exports nothing itself: it says what span it was asked
/// under and when it did what, on the monotonic clock that it shares with us.
/// </summary>
internal static class WorkerSpan
{
    /// <summary>Adds it to the trace, if the worker has said anything; one that hangs says nothing.</summary>
    /// <param name="asked">When it was told to open.</param>
    /// <param name="firstFrame">When that was captured; null where there is none.</param>
    public static void Add(WorkerProcess? worker, long asked, long? firstFrame, string? error, TimeProvider clock)
    {
        if (worker?.Times is not { } times || !ActivityContext.TryParse(times.TraceParent, null, isRemote: true, out var parent))
        {
            return;
        }

        // The wall clock is read once, for all of them: whatever it does meanwhile, they keep their order and distances.
        var (now, today) = (clock.GetTimestamp(), clock.GetUtcNow());
        var isSpare = times.Ready <= asked;
        using var activity = CameraApiActivity.Source.StartActivity(
            SpanNames.WorkerOpen, ActivityKind.Internal, parent, startTime: At(asked));
        if (activity is null)
        {
            return;
        }

        activity.SetTag(TelemetryAttributes.CameraId, worker.CameraId)
            .SetTag(TelemetryAttributes.ProcessId, worker.Pid)
            .SetTag(TelemetryAttributes.WorkerIsSpare, isSpare);
        if (!isSpare)
        {
            activity.AddEvent(new ActivityEvent("process.ready", At(times.Ready)));
        }

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
