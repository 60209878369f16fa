using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Quality;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Choice;

/// <summary>
/// Opens cameras that nobody holds, for a few seconds and one at a time, to see what they deliver. A probe occupies the camera's
/// slot like a lease, so nothing else can enter the slot and no leak search takes its worker for a leak. It is marked as leaving
/// before it begins, so it yields to any session that wants the camera. The store, the ledger, and the lease metrics never see it.
/// </summary>
internal sealed partial class CameraProbes(
    CameraLeases leases,
    LeaseStore store,
    UnconfirmedReleases pending,
    ICameraCaptureFactory captures,
    CameraQuality quality,
    IOptions<QualityOptions> options,
    IOptions<CaptureOptions> capture,
    ProbeMetrics metrics,
    TimeProvider clock,
    ILogger<CameraProbes> logger) : IDisposable
{
    /// <summary>Replaces the hash of a session's id. No session can have this value.</summary>
    private const string Nobody = "probe";

    private static readonly LeaseEnd s_over = new(ReleaseReason.Expired);

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    /// <summary>Measures a camera, if nobody holds it.</summary>
    /// <returns>Null when it was measured; otherwise the refusal that a session gets that wants to lease it.</returns>
    /// <exception cref="CameraUnavailableException">The camera does not open.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer, so it is not known whether the camera is held.</exception>
    public async Task<AcquireOutcome?> ProbeAsync(CameraSlot slot, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        using var activity = CameraApiActivity.Source.StartActivity(SpanNames.Probe)
            .ForCamera(slot.Camera);
        var outcome = "failed";
        try
        {
            var refused = await EnterAndLookAsync(slot, cancellationToken);
            outcome = refused?.Name ?? "measured";
            LogProbed(slot.Camera.Id, outcome);
            return refused;
        }
        catch (Exception exception)
        {
            activity.Failed(exception.ErrorType());
            LogNotProbed(slot.Camera.Id, exception.Message);
            throw;
        }
        finally
        {
            activity?.SetTag(TelemetryAttributes.ProbeOutcome, outcome);
            metrics.Probed(slot.Camera.Id, outcome);
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<AcquireOutcome?> EnterAndLookAsync(CameraSlot slot, CancellationToken cancellationToken)
    {
        if (slot.Quarantine is { } quarantine)
        {
            return new AcquireOutcome.Quarantined(quarantine);
        }

        var bound = capture.Value.OpenTimeout + options.Value.ProbeDuration + TimeSpan.FromSeconds(1);
        var probe = new CameraLease(slot, node: "", Nobody, bound, bound, clock, (lease, end) => _ = leases.EndAsync(lease, end)) { IsProbe = true };
        probe.Leave(s_over, bound, yields: true);
        if (!slot.TryEnter(probe))
        {
            probe.TryEnd(s_over);
            return new AcquireOutcome.InUse(slot.Lease?.ExpiresAt ?? clock.GetUtcNow());
        }

        try
        {
            return await LookAsync(probe, cancellationToken);
        }
        catch (OperationCanceledException) when (probe.End is not null && !cancellationToken.IsCancellationRequested)
        {
            return Ended(); // a session wants the camera
        }
        finally
        {
            probe.MarkNotOpened(new OperationCanceledException("It was only probed."));
            probe.MarkSettled();
            await leases.EndAsync(probe, s_over);
        }
    }

    private async Task<AcquireOutcome?> LookAsync(CameraLease probe, CancellationToken cancellationToken)
    {
        if (leases.IsClosing)
        {
            return Ended(); // checked after entering the slot: a probe that the shutdown did not find there sees the shutdown here
        }

        await pending.FlushAsync(probe.CameraId);
        if (await store.ForScope(probe.Slot.Camera.Scope).ReadAsync(probe.CameraId) is { Count: > 0 } held && held.Max(lease => lease.Remaining) is { Ticks: > 0 } remaining)
        {
            return new AcquireOutcome.InUse(clock.GetUtcNow() + remaining); // held by another node, or by an earlier run of this one
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, probe.Ended);
        try
        {
            await probe.Use!.OpenAsync(() => captures.Create(probe.Slot.Camera), (capture, abandoned) => capture.OpenAsync(abandoned), either.Token);
        }
        catch (CameraUnavailableException)
        {
            quality.Failed(probe.Slot.Camera, QualityFailure.OpenFailed);
            throw;
        }

        probe.MarkOpened();
        probe.MarkSettled();
        await Task.Delay(options.Value.ProbeDuration, clock, either.Token);
        return null;
    }

    private AcquireOutcome Ended() => leases.IsClosing ? new AcquireOutcome.ShuttingDown() : new AcquireOutcome.InUse(clock.GetUtcNow());

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} was probed: {Outcome}")]
    private partial void LogProbed(string cameraId, string outcome);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} could not be probed: {Error}")]
    private partial void LogNotProbed(string cameraId, string error);
}
