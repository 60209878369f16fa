using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Quality;

namespace Attendance.CameraApi.Leases;

/// <summary>Manages cameras that could not be shown to be free. No session gets such a camera until it is.</summary>
internal sealed partial class Quarantines(
    ClosingNode closing, CameraQuality quality, LeaseMetrics metrics, CameraEvents events, TimeProvider clock, ILogger<Quarantines> logger)
{
    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromSeconds(30);

    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Reports a quarantine that begins with the end of a lease.</summary>
    public void Begin(CameraLease lease, Quarantine quarantine)
    {
        Interlocked.Increment(ref _count);
        metrics.Quarantined(lease.CameraId, 1);
        quality.Failed(lease.Slot.Camera, QualityFailure.Quarantined);
        events.Tell(CameraEventType.CameraQuarantined, lease.CameraId, lease.Ref, quarantine.Cause);
        LogQuarantined(lease.CameraId, quarantine.Cause);
    }

    /// <summary>Checks again whether the camera is free. Only the kernel can confirm it; otherwise the camera stays in quarantine.</summary>
    public async Task<bool> TryEndAsync(CameraSlot slot, Quarantine quarantine)
    {
        if (!await quarantine.Outcome.IsFreeAsync() || !slot.EndQuarantine(quarantine))
        {
            return false;
        }

        Interlocked.Decrement(ref _count);
        metrics.Quarantined(slot.Camera.Id, -1);
        events.Tell(CameraEventType.QuarantineEnded, slot.Camera.Id);
        LogOutOfQuarantine(slot.Camera.Id);
        return true;
    }

    /// <summary>Checks with increasing intervals whether the camera is free. Once it is, any session may have it.</summary>
    public async Task EndAsync(CameraSlot slot, Quarantine quarantine)
    {
        try
        {
            for (var wait = TimeSpan.FromSeconds(1); ; wait = wait * 2 < s_longestBackoff ? wait * 2 : s_longestBackoff)
            {
                await Task.WhenAny(Task.Delay(wait, clock, closing.Token), quarantine.Outcome.Freed);
                closing.Token.ThrowIfCancellationRequested();
                if (!ReferenceEquals(slot.Quarantine, quarantine) || await TryEndAsync(slot, quarantine))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node is stopping; its next run checks the camera itself.
        }
    }

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is free and no longer quarantined")]
    private partial void LogOutOfQuarantine(string cameraId);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} is quarantined because it could not be proven free: {Cause}")]
    private partial void LogQuarantined(string cameraId, string cause);
}
