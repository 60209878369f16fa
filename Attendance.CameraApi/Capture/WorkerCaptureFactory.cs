using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Events;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

internal sealed class WorkerCaptureFactory(
    CaptureWorkers workers,
    WorkerClosing closing,
    AttachedDevices devices,
    IOptions<CaptureOptions> options,
    CaptureMetrics metrics,
    IFailureLog failureLog,
    CameraEvents events,
    TimeProvider clock,
    ILogger<WorkerCapture> logger) : ICameraCaptureFactory
{
    public ICameraCapture Create(Camera camera)
    {
        var state = new CaptureState();
        var worker = new CurrentWorker(camera, workers, closing, devices, options.Value, metrics, clock);
        var watchdog = new CaptureWatchdog(camera, worker, state, devices, options.Value, metrics, failureLog, events, clock, logger);
        return new WorkerCapture(camera, worker, watchdog, state, devices, options.Value, metrics, clock);
    }
}
