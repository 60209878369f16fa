using System.Collections.Concurrent;
using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Quality;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// The life of every lease on this node: slot, store, device, first frame; and back in the order device, proof, store.
/// The device goes first, so nobody is granted a camera that is still physically busy.
/// </summary>
internal sealed partial class CameraLeases(
    CameraSlots slots,
    LeaseStore store,
    PendingReleases pending,
    EndedLeases ended,
    ICameraCaptureFactory captures,
    IBrowserCaptures browsers,
    SessionNodes sessions,
    IOptions<LeaseOptions> options,
    IOptions<NodeOptions> node,
    TimeProvider clock,
    LeaseMetrics metrics,
    CameraQuality quality,
    CameraEvents events,
    ILogger<CameraLeases> logger) : IDisposable
{
    /// <summary>By somebody else: whatever the reason is called there, the camera is not ours any more.</summary>
    private static readonly LeaseEnd s_endedInTheStore = new(ReleaseReason.NodeLost, "ended in the store");

    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, CameraLease> _live = new(StringComparer.Ordinal);
    private readonly SessionLeases _bySession = new();
    private int _liveCount;
    private int _quarantined;

    /// <summary>A granted lease has ended; its camera is still to be closed. Who listens must not wait for anything.</summary>
    public event Action<CameraLease, LeaseEnd>? Ended;

    /// <summary>Sees to a lease that may move, for as long as its capture is its: whether it has moved.</summary>
    public Func<CameraLease, ICameraCapture, Task<bool>>? Failover { get; set; }

    /// <summary>Leases that the store has granted and that have not ended.</summary>
    public IEnumerable<CameraLease> Live => _live.Select(entry => entry.Value);

    /// <summary>How many those are.</summary>
    public int LiveCount => Volatile.Read(ref _liveCount);

    public int QuarantinedCount => Volatile.Read(ref _quarantined);

    /// <summary>Nothing is acquired any more.</summary>
    public bool IsClosing => _closing.IsCancellationRequested;

    public CameraLease? Find(string leaseId) => _live.GetValueOrDefault(leaseId);

    /// <summary>Gets the camera for a session and opens it.</summary>
    /// <exception cref="CameraUnavailableException">The camera does not open.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is granted without the store.</exception>
    public Task<AcquireOutcome> AcquireAsync(CameraSlot slot, LeaseWish wish, CancellationToken cancellationToken) =>
        ReportAsync(slot.Camera, () => EnterAndOpenAsync(slot, wish, cancellationToken));

    /// <summary>Stands in the lines of several cameras and gets the first that is given back.</summary>
    /// <returns>Null when none was, in time.</returns>
    /// <exception cref="CameraUnavailableException">It was given back and does not open.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is granted without the store.</exception>
    public async Task<(CameraSlot Slot, AcquireOutcome Outcome)?> AcquireFirstFreedAsync(
        IReadOnlyList<CameraSlot> awaited, LeaseWish wish, CancellationToken cancellationToken)
    {
        var turn = SlotWaiter.EnterFirstAsync(awaited, slot => NewLease(slot, wish), wish.Wait, clock, cancellationToken);
        if (!turn.IsCompleted)
        {
            // Who said goodbye just before we stood in line did not see us there.
            _ = awaited.Any(slot => slot.Lease is { } leaving && Yield(leaving));
        }

        return await turn is { } lease
            ? (lease.Slot, await ReportAsync(lease.Slot.Camera, () => OpenAsync(lease, GrantAndOpenAsync, cancellationToken)))
            : null;
    }

    /// <summary>Extends the lease, once the store has confirmed it.</summary>
    /// <returns><see langword="false"/> when it has ended.</returns>
    /// <exception cref="StoreUnavailableException">Not extended; it may be tried again until the lease expires.</exception>
    public async Task<bool> RenewAsync(CameraLease lease)
    {
        var askedAt = clock.GetTimestamp();
        if (lease.End is not null)
        {
            return false;
        }

        if (await store.In(lease.Stored.Scope).RenewAsync(lease.Stored, lease.Ttl))
        {
            return lease.TryExtend(askedAt);
        }

        await EndAsync(lease, s_endedInTheStore);
        return false;
    }

    /// <summary>Extends a lease for its session, which has shown itself, on whichever camera it is by now.</summary>
    /// <returns>Null when it has ended.</returns>
    /// <exception cref="StoreUnavailableException">Not extended; it may be tried again until the lease expires.</exception>
    public async Task<CameraLease?> RenewAsync(string leaseId)
    {
        for (var lease = Find(leaseId); lease is not null; lease = lease.MovedTo) // which may come while the store is asked
        {
            if (lease.ComeBack() && await RenewAsync(lease))
            {
                return lease;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether something may be written under this lease now. The store is not asked: the deadline here is never later than
    /// its own. Nothing is extended by asking, and a session that is leaving goes on leaving.
    /// </summary>
    public async Task<CheckOutcome> CheckAsync(
        string leaseId, string cameraId, long fencingToken, CancellationToken cancellationToken)
    {
        if (Find(leaseId) is not { } lease || lease.CameraId != cameraId)
        {
            return new CheckOutcome.Ended(ended.Find(leaseId));
        }

        // After a restart of the API its camera may still be opening; that is bounded, and the holder is right to wait.
        await lease.Settled.WaitAsync(cancellationToken);
        if (lease.EndByNow is { } end)
        {
            return new CheckOutcome.Ended(end);
        }

        if (!lease.Opened.IsCompletedSuccessfully)
        {
            return new CheckOutcome.Ended(new LeaseEnd(ReleaseReason.OpenFailed)); // it is about to be ended for this
        }

        return lease.FencingToken == fencingToken ? new CheckOutcome.Live(lease) : new CheckOutcome.StaleToken();
    }

    /// <summary>Ends the lease, if it has not ended yet, and waits until its camera is free or in quarantine.</summary>
    /// <param name="movedTo">The same lease, where it goes on: only its camera is to be given back.</param>
    public Task<CloseOutcome> EndAsync(CameraLease lease, LeaseEnd end, CameraLease? movedTo = null)
    {
        if (!lease.TryEnd(end, movedTo))
        {
            if (lease.MovedTo is { } next && end.Reason.IsOfHolder())
            {
                return EndAsync(next, end); // it has moved in the same moment; who gives it back means wherever it is
            }
        }
        else
        {
            if (lease.Stored.WasGranted)
            {
                Ended?.Invoke(lease, end);
            }

            _ = ReleaseAsync(lease, end);
        }

        return lease.Released;
    }

    /// <summary>Ends the lease after a while, unless its session comes back; at once when somebody else waits for the camera.</summary>
    public void Leave(CameraLease lease, LeaseEnd end, TimeSpan grace)
    {
        lease = lease.Current;
        lease.Leave(end, grace, yields: true);
        if (lease.Slot.IsAwaited)
        {
            Yield(lease);
        }
    }

    /// <summary>Opens the camera of a lease that an earlier run of this node began, under the very same lease.</summary>
    /// <param name="failover">As it was asked for then.</param>
    /// <returns><see langword="false"/> when somebody has the camera by now.</returns>
    public bool TryAdopt(CameraSlot slot, FoundLease found, CameraRequirements? failover = null)
    {
        var lease = NewLease(slot, new LeaseWish(found.Lease.SessionHash, found.Ttl, Failover: failover));
        if (_closing.IsCancellationRequested || slot.TryEnter(lease) is not null)
        {
            return false;
        }

        _bySession.Add(lease);
        lease.Adopt(found);
        Begin(lease);
        metrics.Asked(lease.CameraId, "adopted");
        LogAdopted(lease.CameraId, lease.Ref);
        _ = ReopenAsync(lease);
        return true;
    }

    /// <summary>Makes sure that the store knows of a lease, in case it has lost it. Its deadline stays.</summary>
    /// <exception cref="StoreUnavailableException">Call again.</exception>
    public async Task RegisterAsync(CameraLease lease)
    {
        sessions.Enter(lease.SessionHash);
        if (lease.End is null && !await store.In(lease.Stored.Scope).RenewAsync(lease.Stored, lease.Ttl, lease.Remaining))
        {
            await EndAsync(lease, s_endedInTheStore);
        }
    }

    /// <summary>What a session holds or is about to hold.</summary>
    public IReadOnlyList<CameraLease> HeldBy(string sessionHash) =>
        [.. _bySession.Of(sessionHash).Where(lease => lease is { End: null, IsArriving: false })];

    /// <summary>No more acquisitions from here on; everything held is released.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync();
        await EndAllAsync(new LeaseEnd(ReleaseReason.Shutdown));
    }

    public Task EndAllAsync(LeaseEnd end) =>
        Task.WhenAll(slots.All.Select(slot => slot.Lease).OfType<CameraLease>().Select(lease => EndAsync(lease, end)));

    public void Dispose() => _closing.Dispose();

    /// <summary>However it comes out, it is traced and counted.</summary>
    private async Task<AcquireOutcome> ReportAsync(Camera camera, Func<Task<AcquireOutcome>> acquire)
    {
        using var activity = StartAcquire(camera);
        var name = "failed";
        string? error = null;
        try
        {
            var outcome = await acquire();
            name = outcome.Name;
            return outcome;
        }
        catch (StoreUnavailableException)
        {
            name = error = "store_unavailable";
            throw;
        }
        catch (OperationCanceledException)
        {
            name = error = "cancelled";
            throw;
        }
        catch (Exception exception)
        {
            error = (exception as CameraUnavailableException)?.Failure.Code.Name() ?? exception.GetType().Name;
            throw;
        }
        finally
        {
            activity?.SetTag(TelemetryAttributes.LeaseOutcome, name);
            if (error is not null)
            {
                activity.Failed(error);
            }

            metrics.Asked(camera.Id, name);
        }
    }

    private async Task<AcquireOutcome> EnterAndOpenAsync(CameraSlot slot, LeaseWish wish, CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        while (true)
        {
            if (_closing.IsCancellationRequested)
            {
                return new AcquireOutcome.ShuttingDown();
            }

            if (slot.Quarantine is { } quarantine)
            {
                return new AcquireOutcome.Quarantined(quarantine);
            }

            var lease = NewLease(slot, wish);
            var holder = slot.TryEnter(lease);
            if (holder is null)
            {
                return await OpenAsync(lease, GrantAndOpenAsync, cancellationToken);
            }

            if (holder.End is not null)
            {
                await holder.Released.WaitAsync(cancellationToken); // bounded, as every release is
            }
            else if (holder.SessionHash == wish.SessionHash)
            {
                if (holder.ComeBack() && await HasOpenedAsync(holder, cancellationToken))
                {
                    return new AcquireOutcome.Granted(holder, IsNew: false);
                }
            }
            else if (Yield(holder))
            {
                await holder.Released.WaitAsync(cancellationToken);
            }
            else if (wish.Takeover)
            {
                var taken = EndAsync(holder, new LeaseEnd(ReleaseReason.Takeover));
                if (holder.End?.Reason == ReleaseReason.Takeover)
                {
                    wish.TookOver?.Invoke(holder);
                }

                await taken.WaitAsync(cancellationToken);
            }
            else if (wish.Wait - clock.GetElapsedTime(asked) is { Ticks: > 0 } patience)
            {
                var turn = SlotWaiter.EnterFirstAsync([slot], _ => lease, patience, clock, cancellationToken);
                if (slot.Lease is { } leaving && !ReferenceEquals(leaving, lease))
                {
                    Yield(leaving); // who said goodbye just before we stood in line did not see us there
                }

                if (await turn is not null)
                {
                    return await OpenAsync(lease, GrantAndOpenAsync, cancellationToken);
                }
            }
            else
            {
                return new AcquireOutcome.InUse(holder.ExpiresAt);
            }
        }
    }

    /// <returns><see langword="false"/> when its session has not said goodbye.</returns>
    private bool Yield(CameraLease lease)
    {
        if (lease.Leaving is not { Yields: true } leaving)
        {
            return false;
        }

        _ = EndAsync(lease, leaving.End);
        return true;
    }

    private CameraLease NewLease(CameraSlot slot, LeaseWish wish) => new(
        slot, node.Value.Name, wish.SessionHash, wish.Ttl ?? options.Value.Ttl, options.Value.MaxHold, clock, Expire) { FailoverTo = wish.Failover };

    private void Expire(CameraLease lease, LeaseEnd end)
    {
        using var activity = CameraApiActivity.Start(SpanNames.Expire, lease.Origin);
        activity?.SetTag(TelemetryAttributes.CameraId, lease.CameraId).SetTag(TelemetryAttributes.ReleaseReason, end.Reason.Name());
        _ = EndAsync(lease, end);
    }

    private static Activity? StartAcquire(Camera camera) => CameraApiActivity.Source.StartActivity(SpanNames.Acquire)
        ?.SetTag(TelemetryAttributes.CameraId, camera.Id).SetTag(TelemetryAttributes.CameraKind, camera.Source.Kind.Name());

    /// <summary>The lease is in its slot. Every way out of here that does not grant it, ends it.</summary>
    private async Task<AcquireOutcome> OpenAsync(
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
            await EndAsync(lease, end);
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                return new AcquireOutcome.Ended(lease.End!.Value);
            }

            throw;
        }
    }

    private async Task<AcquireOutcome?> GrantAndOpenAsync(CameraLease lease, CancellationToken cancellationToken)
    {
        var askedAt = clock.GetTimestamp();
        if (await GrantAsync(lease) is { } refused)
        {
            return refused;
        }

        await OpenGrantedAsync(lease, cancellationToken);

        // An opening may outlast the TTL, so the time starts again once there is a picture.
        if (clock.GetElapsedTime(askedAt) > lease.Ttl / 3)
        {
            askedAt = clock.GetTimestamp();
            if (!await store.In(lease.Stored.Scope).RenewAsync(lease.Stored, lease.Ttl))
            {
                await EndAsync(lease, s_endedInTheStore);
            }
        }

        return lease.TryHandOut(askedAt) ? null : new AcquireOutcome.Ended(lease.End!.Value);
    }

    /// <returns>Null when the store has granted it.</returns>
    private async Task<AcquireOutcome?> GrantAsync(CameraLease lease)
    {
        _bySession.Add(lease);
        var slot = lease.Slot;
        if (_closing.IsCancellationRequested || slot.Quarantine is not null)
        {
            return Abandon(lease, slot.Quarantine is { } quarantine
                ? new AcquireOutcome.Quarantined(quarantine)
                : new AcquireOutcome.ShuttingDown());
        }

        sessions.Enter(lease.SessionHash);
        var seen = Math.Max(slot.NewestToken, lease.FencingToken); // of the camera, and of a lease that moves
        var mayLag = pending.Has(lease.CameraId);
        if (mayLag && lease.IsArriving)
        {
            await pending.FlushAsync(lease.CameraId); // what is to be told may be of this very lease, which was here before
            mayLag = false;
        }

        var askedAt = clock.GetTimestamp();
        var grant = await AskAsync();
        if (mayLag && (grant as StoreGrant.Granted)?.LeaseId != lease.Id)
        {
            // An end that the store had not heard of looks like a hold: of somebody else, or of this session, which must not get it back.
            await pending.FlushAsync(lease.CameraId);
            askedAt = clock.GetTimestamp();
            grant = await AskAsync();
        }

        if (grant is StoreGrant.Busy busy)
        {
            return Abandon(lease, new AcquireOutcome.InUse(clock.GetUtcNow() + busy.Remaining, busy.Node));
        }

        lease.Grant((StoreGrant.Granted)grant, askedAt);
        Begin(lease);
        return null;

        Task<StoreGrant> AskAsync() =>
            store.In(slot.Camera.Scope).AcquireAsync(lease.CameraId, lease.Id, lease.SessionHash, lease.Ttl, seen);
    }

    /// <summary>From here on the lease counts, until it ends.</summary>
    private void Begin(CameraLease lease)
    {
        if (!lease.IsArriving && _live.TryAdd(lease.Id, lease))
        {
            Interlocked.Increment(ref _liveCount);
        }

        lease.Slot.NewestToken = Math.Max(lease.Slot.NewestToken, lease.FencingToken);
        metrics.Began(lease.CameraId);
    }

    private async Task OpenGrantedAsync(CameraLease lease, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Ended);
        var camera = lease.Slot.Camera;
        lease.Capture = camera.Source.Kind == CameraKind.Browser ? browsers.Create(lease) : captures.Create(camera);
        try
        {
            await lease.Capture.OpenAsync(either.Token);
            NoteOpening(lease, failure: null);
        }
        catch (CameraUnavailableException exception)
        {
            NoteOpening(lease, exception);
            throw;
        }

        lease.MarkOpened();
        lease.MarkSettled();
        _ = EndWhenLostAsync(lease, lease.Capture);
        events.Tell(CameraEventType.LeaseGranted, lease.CameraId, lease.Ref);
        LogGranted(lease.CameraId, lease.Ref, lease.FencingToken);
    }

    /// <summary>Three failures in a row, over however many acquisitions, are more than bad luck.</summary>
    private void NoteOpening(CameraLease lease, CameraUnavailableException? failure)
    {
        if (failure is not null)
        {
            quality.Failed(lease.Slot.Camera, QualityFailure.OpenFailed);
        }

        if (failure is null)
        {
            if (lease.Slot.Failures >= CaptureStatus.FailuresOfNote)
            {
                events.Tell(CameraEventType.CameraRecovered, lease.CameraId, lease.Ref);
            }

            lease.Slot.Failures = 0;
        }
        else if (++lease.Slot.Failures == CaptureStatus.FailuresOfNote)
        {
            events.Tell(CameraEventType.CameraFailing, lease.CameraId, lease.Ref, failure.Message);
            LogKeepsFailing(lease.CameraId, lease.Slot.Failures, failure.Message);
        }
    }

    private async Task ReopenAsync(CameraLease lease)
    {
        using var activity = StartAcquire(lease.Slot.Camera);
        activity?.SetTag(TelemetryAttributes.LeaseOutcome, lease.Outcome);
        lease.Origin = activity?.Context ?? default;
        try
        {
            await OpenAsync(lease, Open, CancellationToken.None);
        }
        catch (Exception exception)
        {
            activity.Failed((exception as CameraUnavailableException)?.Failure.Code.Name() ?? exception.GetType().Name);
            LogNotReopened(lease.CameraId, exception.Message);
        }

        async Task<AcquireOutcome?> Open(CameraLease granted, CancellationToken cancellationToken)
        {
            await OpenGrantedAsync(granted, cancellationToken);
            return null;
        }
    }

    /// <summary>The store never granted it: the slot is free again and nothing is to be recorded.</summary>
    private AcquireOutcome Abandon(CameraLease lease, AcquireOutcome outcome)
    {
        LeaveSession(lease);
        lease.MarkNotOpened(new OperationCanceledException("The camera was not granted."));
        lease.MarkSettled();
        lease.TryEnd(new LeaseEnd(ReleaseReason.OpenFailed));
        lease.MarkReleased(new CloseOutcome.Free());
        lease.Slot.Leave(lease, lease.Slot.Quarantine);
        return outcome;
    }

    /// <summary>Other nodes need not ask here for the session any more, unless it has got another camera in the same moment.</summary>
    private void LeaveSession(CameraLease lease)
    {
        if (_bySession.Remove(lease))
        {
            sessions.Leave(lease.SessionHash);
            if (_bySession.Of(lease.SessionHash).Count > 0)
            {
                sessions.Enter(lease.SessionHash);
            }
        }
    }

    private static async Task<bool> HasOpenedAsync(CameraLease lease, CancellationToken cancellationToken)
    {
        try
        {
            await lease.Opened.WaitAsync(cancellationToken);
            return lease.End is null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await lease.Released.WaitAsync(cancellationToken);
            return false;
        }
    }

    private async Task EndWhenLostAsync(CameraLease lease, ICameraCapture capture)
    {
        var moves = lease.FailoverTo is null ? null : Failover?.Invoke(lease, capture);
        if (await Task.WhenAny(capture.Lost, lease.Released) == capture.Lost)
        {
            Activity.Current = null; // the request that began the lease is over
            quality.Failed(lease.Slot.Camera, QualityFailure.Lost);
            var reason = await capture.Lost == CaptureLoss.DeviceLost ? ReleaseReason.DeviceLost : ReleaseReason.WorkerFailed;
            if (moves is not null && await moves)
            {
                return;
            }

            await EndAsync(lease, new LeaseEnd(reason));
        }
    }

    /// <summary>Runs once for each lease. Whatever fails here, the slot is left at the end.</summary>
    private async Task ReleaseAsync(CameraLease lease, LeaseEnd end)
    {
        if (await ReleaseInSpanAsync(lease, end) is { } quarantine)
        {
            await EndQuarantineAsync(lease.Slot, quarantine);
        }
    }

    private async Task<Quarantine?> ReleaseInSpanAsync(CameraLease lease, LeaseEnd end)
    {
        var started = clock.GetTimestamp();
        using var activity = CameraApiActivity.Start(SpanNames.Release, lease.Origin)
            ?.SetTag(TelemetryAttributes.CameraId, lease.CameraId)
            .SetTag(TelemetryAttributes.CameraKind, lease.Slot.Camera.Source.Kind.Name())
            .SetTag(TelemetryAttributes.ReleaseReason, end.Reason.Name());

        await lease.Settled;
        if (_live.TryRemove(new(lease.Id, lease))) // where it has moved on, another stands there
        {
            Interlocked.Decrement(ref _liveCount);
        }

        if (lease.MovedTo is null)
        {
            ended.Add(lease.Id, end);
        }

        CloseOutcome outcome = new CloseOutcome.Free();
        var told = Task.CompletedTask;
        try
        {
            if (lease.Capture is { } capture)
            {
                outcome = await capture.CloseAsync();
                quality.Keep(lease.Slot.Camera, capture.Frames);
            }

            if (!lease.IsProbe)
            {
                told = pending.ReleaseAsync(lease.Stored, end);
            }

            // Whoever is first in line asks the store behind this, on the same way, and need not wait for what it answers.
            if (!lease.Slot.IsAwaited)
            {
                await told;
            }
        }
        catch (Exception exception)
        {
            activity.Failed(exception.GetType().Name);
            LogReleaseFailed(lease.CameraId, exception);
        }

        var quarantine = outcome is CloseOutcome.NotFree notFree ? new Quarantine(notFree.Cause, clock.GetUtcNow(), notFree) : null;
        Report(lease, end, quarantine, clock.GetElapsedTime(started));
        activity?.SetTag(TelemetryAttributes.ReleaseOutcome, quarantine is null ? "free" : "quarantined");
        lease.Slot.Leave(lease, quarantine);
        await told;
        lease.MarkReleased(outcome);
        LeaveSession(lease);

        return quarantine;
    }

    /// <summary>Looks again whether the camera is free. Nobody's word will do: either the kernel says so, or it stays where it is.</summary>
    public async Task<bool> TryEndQuarantineAsync(CameraSlot slot, Quarantine quarantine)
    {
        if (!await quarantine.Outcome.IsFreeAsync() || !slot.EndQuarantine(quarantine))
        {
            return false;
        }

        Interlocked.Decrement(ref _quarantined);
        metrics.Quarantined(slot.Camera.Id, -1);
        events.Tell(CameraEventType.QuarantineEnded, slot.Camera.Id);
        LogOutOfQuarantine(slot.Camera.Id);
        return true;
    }

    /// <summary>Asks again, less and less often, whether the camera is free by now; then anybody may have it.</summary>
    private async Task EndQuarantineAsync(CameraSlot slot, Quarantine quarantine)
    {
        try
        {
            for (var wait = TimeSpan.FromSeconds(1); ; wait = wait * 2 < s_longestBackoff ? wait * 2 : s_longestBackoff)
            {
                await Task.WhenAny(Task.Delay(wait, clock, _closing.Token), quarantine.Outcome.Freed);
                _closing.Token.ThrowIfCancellationRequested();
                if (!ReferenceEquals(slot.Quarantine, quarantine) || await TryEndQuarantineAsync(slot, quarantine))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops; what starts next looks for itself.
        }
    }

    private void Report(CameraLease lease, LeaseEnd end, Quarantine? quarantine, TimeSpan took)
    {
        if (quarantine is not null)
        {
            Interlocked.Increment(ref _quarantined);
            metrics.Quarantined(lease.CameraId, 1);
            quality.Failed(lease.Slot.Camera, QualityFailure.Quarantined);
            events.Tell(CameraEventType.CameraQuarantined, lease.CameraId, lease.Ref, quarantine.Cause);
            LogQuarantined(lease.CameraId, quarantine.Cause);
        }

        if (lease.Stored.WasGranted)
        {
            lease.Slot.LastEnd = (end, clock.GetUtcNow());
            metrics.Ended(lease.CameraId, end.Reason, lease.Outcome, lease.Held);
            metrics.Freed(lease.CameraId, end.Reason, quarantine is null ? "free" : "quarantined", took);
            events.Tell(CameraEventType.LeaseEnded, lease.CameraId, lease.Ref, end.ToString());
            LogReleased(lease.CameraId, lease.Ref, end.ToString(), lease.Held.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} leased as {LeaseRef}, token {FencingToken}")]
    private partial void LogGranted(string cameraId, string leaseRef, long fencingToken);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is opened again under lease {LeaseRef}, which an earlier run of this node began")]
    private partial void LogAdopted(string cameraId, string leaseRef);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} could not be opened again: {Error}")]
    private partial void LogNotReopened(string cameraId, string error);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} did not open {Failures} times in a row: {Fault}")]
    private partial void LogKeepsFailing(string cameraId, int failures, string fault);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is free again and out of quarantine")]
    private partial void LogOutOfQuarantine(string cameraId);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} released: lease {LeaseRef}, {Reason}, held {Seconds:0.0} s")]
    private partial void LogReleased(string cameraId, string leaseRef, string reason, double seconds);

    [LoggerMessage(LogLevel.Error, "Camera {CameraId}: its release failed")]
    private partial void LogReleaseFailed(string cameraId, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} is quarantined, it could not be shown to be free: {Cause}")]
    private partial void LogQuarantined(string cameraId, string cause);
}

/// <param name="Ttl">Null for the configured one.</param>
/// <param name="Wait">How long to stand in line for a camera that somebody has.</param>
/// <param name="Takeover">Ends another session's lease instead of waiting for it.</param>
/// <param name="Failover">What another camera must be that the lease moves to should its own be lost; null to wait for its own.</param>
internal sealed record LeaseWish(
    string SessionHash, TimeSpan? Ttl = null, TimeSpan Wait = default, bool Takeover = false, CameraRequirements? Failover = null)
{
    /// <summary>Called with each lease that was ended for this one.</summary>
    public Action<CameraLease>? TookOver { get; init; }
}

internal abstract record AcquireOutcome(string Name)
{
    /// <param name="IsNew">False when the session had it already.</param>
    public sealed record Granted(CameraLease Lease, bool IsNew) : AcquireOutcome(IsNew ? "granted" : "already_held")
    {
        /// <summary>Null where the session named its camera.</summary>
        public ChosenCamera? Choice { get; init; }
    }

    /// <param name="Node">That has it, where the store says so: a camera that is shared may be another's.</param>
    public sealed record InUse(DateTimeOffset ExpiresAt, string? Node = null) : AcquireOutcome("in_use");

    public sealed record Quarantined(Quarantine Quarantine) : AcquireOutcome("quarantined");

    /// <summary>It was released before there was a picture.</summary>
    public sealed record Ended(LeaseEnd End) : AcquireOutcome("ended");

    public sealed record ShuttingDown() : AcquireOutcome("shutting_down");
}

internal abstract record CheckOutcome
{
    public sealed record Live(CameraLease Lease) : CheckOutcome;

    /// <summary>The lease is live, but what was sent is the token of another one.</summary>
    public sealed record StaleToken : CheckOutcome;

    /// <param name="End">Null for a lease that ended long ago, never was, or is not one of this camera.</param>
    public sealed record Ended(LeaseEnd? End) : CheckOutcome;
}
