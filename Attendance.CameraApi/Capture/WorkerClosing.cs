using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Gets a device back from its worker in up to three steps, each with its own timeout: it asks the worker to release the device, sends
/// SIGTERM, and kills the process. Then it proves that the process has ended and that no process of ours has the device open.
/// </summary>
internal sealed partial class WorkerClosing
{
    private static readonly (string Name, Action<WorkerProcess> Act)[] s_steps =
    [
        ("release", worker => worker.Release()),
        ("terminate", worker => worker.Terminate()),
        ("kill", worker => worker.Kill()),
    ];

    private static readonly ResiliencePropertyKey<Attempt> s_attempt = new("attempt");
    private readonly ResiliencePipeline _pipeline;
    private readonly DeviceProof _proof;
    private readonly CaptureMetrics _metrics;
    private readonly ILogger<WorkerClosing> _logger;

    public WorkerClosing(
        IOptions<CaptureOptions> options, DeviceProof proof, CaptureMetrics metrics, TimeProvider clock, ILogger<WorkerClosing> logger)
    {
        (_proof, _metrics, _logger) = (proof, metrics, logger);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<TimeoutRejectedException>(),
                MaxRetryAttempts = s_steps.Length - 1,
                Delay = TimeSpan.FromMilliseconds(20),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                OnRetry = retry =>
                {
                    var attempt = retry.Context.Properties.GetValue(s_attempt, null!);
                    var failed = s_steps[attempt.Step].Name;
                    attempt.Step = Math.Min(attempt.Step + 1, s_steps.Length - 1);
                    _metrics.ReleaseRetried(attempt.CameraId);
                    LogStepFailed(attempt.CameraId, failed, s_steps[attempt.Step].Name);
                    return default;
                },
            })
            .AddTimeout(options.Value.ReleaseTimeout)
            .Build();
    }

    /// <param name="isHung">Whether the worker is known to hang. If so, it is killed without being asked first.</param>
    /// <remarks>Never throws, and takes little more than three times the release timeout at most.</remarks>
    public async Task<CloseOutcome> CloseAsync(WorkerProcess worker, Camera camera, bool isHung = false)
    {
        var attempt = new Attempt(camera.Id) { Step = isHung ? s_steps.Length - 1 : 0 };
        var context = ResilienceContextPool.Shared.Get();
        context.Properties.Set(s_attempt, attempt);
        try
        {
            await _pipeline.ExecuteAsync(async step => await TakeStepAsync(worker, attempt, step.CancellationToken), context);
        }
        catch (TimeoutRejectedException)
        {
            return NotFree(worker, camera);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        return _proof.IsFree(camera) ? new CloseOutcome.Free() : NotFree(worker, camera);
    }

    private static async ValueTask TakeStepAsync(WorkerProcess worker, Attempt attempt, CancellationToken cancellationToken)
    {
        var (name, act) = s_steps[attempt.Step];
        using var activity = CameraApiActivity.Source.StartActivity(SpanNames.Close);
        activity?.SetTag(TelemetryAttributes.CameraId, attempt.CameraId)
            .SetTag(TelemetryAttributes.ReleaseAttempt, attempt.Step + 1)
            .SetTag(TelemetryAttributes.ReleaseStep, name);
        try
        {
            act(worker);
            await worker.Exited.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            activity.Failed("timeout");
            throw;
        }
    }

    private CloseOutcome.NotFree NotFree(WorkerProcess worker, Camera camera) => new(
        worker.Exited.IsCompleted
            ? $"The worker is gone, but process {string.Join(", ", _proof.Holders(camera))} still has the device open."
            : ProcessReport.Describe(worker.Pid),
        () =>
        {
            worker.Kill();
            return Task.FromResult(worker.Exited.IsCompleted && _proof.IsFree(camera));
        });

    private sealed class Attempt(string cameraId)
    {
        public string CameraId => cameraId;

        public int Step { get; set; }
    }

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId}: its worker did not end after '{Step}'; the next step is '{NextStep}'")]
    private partial void LogStepFailed(string cameraId, string step, string nextStep);
}
