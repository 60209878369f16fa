using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Quality;

namespace Attendance.CameraApi.Leases;

/// <summary>Opens the camera of a lease, and ends the lease if that fails or if the camera is lost later.</summary>
internal sealed partial class LeaseOpening(
    LeaseRelease release, ICameraCaptureFactory captures, IBrowserCaptures browsers, CameraQuality quality, CameraEvents events, ILogger<LeaseOpening> logger)
{
    /// <summary>
    /// Raised when the camera of a lease is open. A handler that moves the lease if that camera is lost sets
    /// <see cref="CameraLease.Moving"/>.
    /// </summary>
    public event Action<CameraLease, ICameraCapture>? Opened;

    /// <summary>Opens a lease that is already in its slot. Every path that does not grant the lease ends it.</summary>
    public async Task<AcquireOutcome> OpenAsync(
        CameraLease lease, Func<CameraLease, CancellationToken, Task<AcquireOutcome?>> open, CancellationToken cancellationToken)
    {
        try
        {
            return await open(lease, cancellationToken) ?? new AcquireOutcome.Granted(lease, IsNew: true);
        }
        catch (Exception exception)
        {
            var end = lease.End ?? new LeaseEnd(
                cancellationToken.IsCancellationRequested ? ReleaseReason.Disconnected : ReleaseReason.OpenFailed);
            lease.MarkNotOpened(exception);
            lease.MarkSettled();
            await release.EndAsync(lease, end);
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                return new AcquireOutcome.Ended(lease.End!.Value);
            }

            throw;
        }
    }

    /// <summary>Opens the camera of a lease that the store has granted, and waits for its first frame.</summary>
    public async Task OpenGrantedAsync(CameraLease lease, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Ended);
        var camera = lease.Slot.Camera;
        var capture = await lease.Use!.OpenAsync(
            () => camera.Source.Kind == CameraKind.Browser ? browsers.Create(lease) : captures.Create(camera), (one, abandoned) => OpenFirstAsync(lease, one, abandoned), either.Token);
        lease.MarkOpened();
        lease.MarkSettled();
        Opened?.Invoke(lease, capture);
        _ = EndWhenLostAsync(lease, capture);
        events.Tell(CameraEventType.LeaseGranted, lease.CameraId, lease.Ref);
        LogGranted(lease.CameraId, lease.Ref, lease.FencingToken);
    }

    /// <summary>Opens the camera for all that share it. What it does from then on is noted once, however many hold it.</summary>
    private async Task OpenFirstAsync(CameraLease lease, ICameraCapture capture, CancellationToken cancellationToken)
    {
        try
        {
            await capture.OpenAsync(cancellationToken);
            NoteOpening(lease, failure: null);
            _ = NoteLossAsync(lease.Slot.Camera, capture.Lost);
        }
        catch (CameraUnavailableException exception)
        {
            NoteOpening(lease, exception);
            throw;
        }
    }

    private async Task NoteLossAsync(Camera camera, Task<CaptureLoss> lost)
    {
        await lost;
        quality.Failed(camera, QualityFailure.Lost);
    }

    /// <summary>
    /// Notes whether the camera opened. Three failures in a row, even across acquisitions, are reported because they are more
    /// than bad luck.
    /// </summary>
    private void NoteOpening(CameraLease lease, CameraUnavailableException? failure)
    {
        if (failure is null)
        {
            if (lease.Slot.Failures >= CaptureStatus.FailuresOfNote)
            {
                events.Tell(CameraEventType.CameraRecovered, lease.CameraId, lease.Ref);
            }

            lease.Slot.Failures = 0;
            return;
        }

        quality.Failed(lease.Slot.Camera, QualityFailure.OpenFailed);
        if (++lease.Slot.Failures == CaptureStatus.FailuresOfNote)
        {
            events.Tell(CameraEventType.CameraFailing, lease.CameraId, lease.Ref, failure.Message);
            LogKeepsFailing(lease.CameraId, lease.Slot.Failures, failure.Message);
        }
    }

    private async Task EndWhenLostAsync(CameraLease lease, ICameraCapture capture)
    {
        if (await Task.WhenAny(capture.Lost, lease.Released) == capture.Lost)
        {
            Activity.Current = null; // the request that began the lease is over
            var reason = await capture.Lost == CaptureLoss.DeviceLost ? ReleaseReason.DeviceLost : ReleaseReason.WorkerFailed;
            if (!await lease.Moving)
            {
                await release.EndAsync(lease, new LeaseEnd(reason));
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} leased as {LeaseRef}, token {FencingToken}")]
    private partial void LogGranted(string cameraId, string leaseRef, long fencingToken);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} failed to open {Failures} times in a row: {Fault}")]
    private partial void LogKeepsFailing(string cameraId, int failures, string fault);
}
