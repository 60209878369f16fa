using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Capture;

/// <summary>Watches a camera that is open, and replaces its worker when that stalls or ends.</summary>
internal sealed partial class CaptureWatchdog(
    Camera camera,
    CurrentWorker worker,
    CaptureState state,
    AttachedDevices devices,
    CaptureOptions options,
    CaptureMetrics metrics,
    IFailureLog failureLog,
    CameraEvents events,
    TimeProvider clock,
    ILogger<WorkerCapture> logger)
{
    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<CaptureLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ReopeningBackoff _reopenings = new(clock);

    /// <summary>Completes when the camera is lost for good.</summary>
    public Task<CaptureLoss> Lost => _lost.Task;

    /// <summary>Waits for trouble and then opens the camera again, until the camera is closed or lost.</summary>
    public async Task RunAsync(CancellationToken closed)
    {
        Activity.Current = null; // the request that opened the camera ends before the watchdog does
        try
        {
            while (true)
            {
                var isHung = await TroubleAsync(worker.Current!, closed);
                if (!await TryReopenAsync(isHung, closed))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The capture was closed, and closes the worker itself.
        }
        catch (Exception exception)
        {
            LogWatchFailed(camera.Id, exception);
            _lost.TrySetResult(CaptureLoss.WorkerFailed);
        }
    }

    /// <summary>Returns when the worker has ended, or when its patience is over because it has shown no new picture.</summary>
    /// <returns>Whether the worker still runs and hangs.</returns>
    private async Task<bool> TroubleAsync(WorkerProcess process, CancellationToken closed)
    {
        var patience = worker.Patience;
        while (true)
        {
            await Task.WhenAny(process.Exited, Task.Delay(options.StallTimeout / 50, clock, closed));
            closed.ThrowIfCancellationRequested();
            if (process.Exited.IsCompleted)
            {
                worker.LearnFrom(patience);
                failureLog.Failed(camera, QualityFailure.Interrupted);
                Fault(process.Failure!);
                return false;
            }

            if (patience.IsOver)
            {
                worker.LearnFrom(patience);
                metrics.Stalled(camera.Id);
                failureLog.Failed(camera, QualityFailure.Stalled);
                Fault(new(CaptureFailureCode.ReadFailed, $"No new picture for {patience.Allowed.TotalSeconds:0.#} s."));
                return true;
            }
        }
    }

    /// <returns><see langword="false"/> if the camera is lost for good.</returns>
    private async Task<bool> TryReopenAsync(bool isHung, CancellationToken closed)
    {
        var began = clock.GetTimestamp();
        var backoff = s_firstBackoff;
        for (var failures = 0; ; failures++)
        {
            if (await worker.CloseAsync(isHung) is CloseOutcome.NotFree)
            {
                _lost.TrySetResult(CaptureLoss.WorkerFailed); // the release finds the same and quarantines the camera
                return false;
            }

            if (failures == CaptureStatus.FailuresOfNote)
            {
                events.Tell(CameraEventType.CameraFailing, camera.Id, leaseRef: null, state.Status.Fault);
                LogKeepsFailing(camera.Id, failures, state.Status.Fault);
            }

            if (failures > 0)
            {
                await Task.Delay(state.Status.Suspended ? s_firstBackoff : Jittered(backoff), clock, closed);
                backoff = backoff * 2 < s_longestBackoff ? backoff * 2 : s_longestBackoff;
            }
            else if (!state.Status.Suspended && _reopenings.Next() is { Ticks: > 0 } pause)
            {
                backoff = pause; // not less than this if opening fails as well
                await Task.Delay(Jittered(pause), clock, closed);
            }

            // Wait for the device first, so that no worker is started for a device that is missing.
            if (state.Status.Suspended && camera.IsDeviceOfLinux)
            {
                await devices.AppearsAsync(camera.Source.Target, options.HotSwapGrace - clock.GetElapsedTime(began), closed);
            }

            try
            {
                state.Opened(await worker.StartAsync(options.OpenTimeout, closed));
                metrics.Restarted(camera.Id);
                state.Reopened();
                if (failures >= CaptureStatus.FailuresOfNote)
                {
                    events.Tell(CameraEventType.CameraRecovered, camera.Id);
                }

                events.Tell(CameraEventType.CameraReopened, camera.Id);
                LogReopened(camera.Id);
                return true;
            }
            catch (CameraUnavailableException exception)
            {
                failureLog.Failed(camera, QualityFailure.OpenFailed);
                Fault(exception.Failure);
                state.FailedToOpen(failures + 1);
            }

            if (state.Status.Suspended && clock.GetElapsedTime(began) >= options.HotSwapGrace)
            {
                _lost.TrySetResult(CaptureLoss.DeviceLost);
                return false;
            }
        }
    }

    /// <summary>
    /// Returns a random time between half of the backoff and all of it, so that cameras which a network failure took away together do not
    /// come back together.
    /// </summary>
    private static TimeSpan Jittered(TimeSpan backoff) => backoff * (0.5 + Random.Shared.NextDouble() / 2);

    private void Fault(CaptureFailure failure)
    {
        if (state.Fault(failure))
        {
            LogFault(camera.Id, failure.Message); // not again at each attempt
        }
    }

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} failed and is reopened: {Fault}")]
    private partial void LogFault(string cameraId, string fault);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} failed to open {Failures} times in a row; its lease is kept and opening is retried: {Fault}")]
    private partial void LogKeepsFailing(string cameraId, int failures, string? fault);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} delivers pictures again under the same lease")]
    private partial void LogReopened(string cameraId);

    [LoggerMessage(LogLevel.Error, "The watchdog of camera {CameraId} failed")]
    private partial void LogWatchFailed(string cameraId, Exception exception);
}
