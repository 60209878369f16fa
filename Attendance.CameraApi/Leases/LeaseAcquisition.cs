using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Acquires cameras for sessions, in four steps: slot, store, device, first frame. Sessions that have to wait are queued,
/// first come, first served.
/// </summary>
internal sealed class LeaseAcquisition(
    LeaseFactory leases,
    LeaseGrant grant,
    LeaseOpening opening,
    LeaseRelease release,
    LeaseStore store,
    ClosingNode closing,
    LeaseMetrics metrics,
    TimeProvider clock)
{
    /// <summary>Acquires the camera for a session and opens it.</summary>
    /// <exception cref="CameraUnavailableException">The camera does not open.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is granted without the store.</exception>
    public Task<AcquireOutcome> AcquireAsync(CameraSlot slot, AcquireOptions acquireOptions, CancellationToken cancellationToken) =>
        ReportAsync(slot.Camera, acquireOptions.Mode, () => EnterAndOpenAsync(slot, acquireOptions, cancellationToken));

    /// <summary>Waits in the queues of several cameras and acquires the first one that is given back.</summary>
    /// <returns>The camera and the outcome, or null if none was given back in time.</returns>
    /// <exception cref="CameraUnavailableException">The camera was given back but does not open.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is granted without the store.</exception>
    public async Task<(CameraSlot Slot, AcquireOutcome Outcome)?> AcquireFirstFreedAsync(
        IReadOnlyList<CameraSlot> awaited, AcquireOptions acquireOptions, CancellationToken cancellationToken)
    {
        var turn = SlotWaiter.EnterFirstAsync(awaited, acquireOptions, slot => leases.Create(slot, acquireOptions), acquireOptions.Wait, clock, cancellationToken);
        if (!turn.IsCompleted)
        {
            // If the holder said goodbye just before this session was queued, its goodbye did not see a waiter.
            _ = awaited.Any(slot => Yield(InTheWayOf(acquireOptions, slot.Leases)));
        }

        return await turn is { } lease
            ? (lease.Slot, await ReportAsync(lease.Slot.Camera, lease.Mode, () => opening.OpenAsync(lease, GrantAndOpenAsync, cancellationToken)))
            : null;
    }

    /// <summary>
    /// Ends the lease after <paramref name="grace"/> unless its session comes back, or at once if another session waits for
    /// the camera.
    /// </summary>
    public void Leave(CameraLease lease, LeaseEnd end, TimeSpan grace)
    {
        lease = lease.Current;
        lease.Leave(end, grace, yields: true);
        if (lease.Slot.IsAwaited)
        {
            Yield(lease.Slot.Leases);
        }
    }

    /// <summary>Runs an acquisition, and traces and counts it whatever its outcome.</summary>
    private async Task<AcquireOutcome> ReportAsync(Camera camera, LeaseMode mode, Func<Task<AcquireOutcome>> acquire)
    {
        using var activity = LeaseSpans.StartAcquire(camera, mode);
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
            error = exception.ErrorType();
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

    private async Task<AcquireOutcome> EnterAndOpenAsync(CameraSlot slot, AcquireOptions acquireOptions, CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        while (true)
        {
            if (closing.IsClosing)
            {
                return new AcquireOutcome.ShuttingDown();
            }

            if (slot.Quarantine is { } quarantine)
            {
                return new AcquireOutcome.Quarantined(quarantine);
            }

            var lease = leases.Create(slot, acquireOptions);
            if (slot.TryEnter(lease))
            {
                return await opening.OpenAsync(lease, GrantAndOpenAsync, cancellationToken);
            }

            var holders = slot.Leases;
            if (holders.FirstOrDefault(holder => holder.SessionHash == acquireOptions.SessionHash) is { } own)
            {
                if (own.End is not null)
                {
                    await own.Released.WaitAsync(cancellationToken); // bounded, as every release is
                }
                else if ((own.Mode, own.Stored.Role) != (acquireOptions.Mode, acquireOptions.Role))
                {
                    return new AcquireOutcome.OtherMode(own.Mode, own.Stored.Role);
                }
                else if (own.ComeBack() && await HasOpenedAsync(own, cancellationToken))
                {
                    return new AcquireOutcome.Granted(own, IsNew: false);
                }

                continue;
            }

            var inTheWay = InTheWayOf(acquireOptions, holders);
            if (inTheWay.Count > 0 && (Yield(inTheWay) || acquireOptions.Takeover))
            {
                await MakeWayAsync(inTheWay, acquireOptions, cancellationToken);
            }
            else if (acquireOptions.Wait - clock.GetElapsedTime(asked) is { Ticks: > 0 } patience)
            {
                var turn = SlotWaiter.EnterFirstAsync([slot], acquireOptions, _ => lease, patience, clock, cancellationToken);
                if (!turn.IsCompleted)
                {
                    Yield(InTheWayOf(acquireOptions, slot.Leases)); // a goodbye just before this session was queued did not see a waiter
                }

                if (await turn is not null)
                {
                    return await opening.OpenAsync(lease, GrantAndOpenAsync, cancellationToken);
                }
            }
            else if (inTheWay.Count == 0 && holders.Count >= slot.MostHolders)
            {
                return new AcquireOutcome.Full(holders.Count);
            }
            else if (holders.Count > 0)
            {
                return new AcquireOutcome.InUse((inTheWay.Count > 0 ? inTheWay : holders).Max(holder => holder.ExpiresAt), Mode: holders[0].Mode);
            }
        }
    }

    /// <summary>
    /// Lists the leases that have to end before a wish can have the camera. Of those that share it, only one in the same role is in the
    /// way of another that would share it.
    /// </summary>
    private static IReadOnlyList<CameraLease> InTheWayOf(AcquireOptions wish, IReadOnlyList<CameraLease> holders) =>
        wish.Mode == LeaseMode.Exclusive || holders.Any(holder => holder.Mode == LeaseMode.Exclusive) || holders.All(holder => holder.End is not null)
            ? holders
            : [.. holders.Where(holder => wish.Role is not null && holder.Stored.Role == wish.Role)];

    /// <summary>Waits until leases that have ended are released. With a takeover, ends those first that have not ended.</summary>
    private async Task MakeWayAsync(IReadOnlyList<CameraLease> holders, AcquireOptions acquireOptions, CancellationToken cancellationToken)
    {
        foreach (var holder in holders.Where(holder => acquireOptions.Takeover && holder.End is null))
        {
            _ = release.EndAsync(holder, new LeaseEnd(ReleaseReason.Takeover));
            if (holder.End?.Reason == ReleaseReason.Takeover)
            {
                acquireOptions.TookOver?.Invoke(holder);
            }
        }

        await Task.WhenAll(holders.Where(holder => holder.End is not null).Select(holder => holder.Released)).WaitAsync(cancellationToken); // bounded, as every release is
    }

    /// <summary>Ends the leases of sessions that have said goodbye, if all who stand in the way have: while one of them stays, ending the others would free nothing.</summary>
    /// <returns><see langword="false"/> if one of them neither has ended nor yields.</returns>
    private bool Yield(IReadOnlyList<CameraLease> holders)
    {
        if (!holders.All(holder => holder.End is not null || holder.Leaving is { Yields: true }))
        {
            return false;
        }

        foreach (var holder in holders)
        {
            if (holder.Leaving is { Yields: true } leaving)
            {
                _ = release.EndAsync(holder, leaving.End);
            }
        }

        return holders.Count > 0;
    }

    private async Task<AcquireOutcome?> GrantAndOpenAsync(CameraLease lease, CancellationToken cancellationToken)
    {
        var askedAt = clock.GetTimestamp();
        if (await grant.TryAsync(lease) is { } refused)
        {
            return refused;
        }

        await opening.OpenGrantedAsync(lease, cancellationToken);

        // An opening may outlast the TTL, so the time starts again once there is a picture.
        if (clock.GetElapsedTime(askedAt) > lease.Ttl / 3)
        {
            askedAt = clock.GetTimestamp();
            if (!await store.ForScope(lease.Stored.Scope).RenewAsync(lease.Stored, lease.Ttl))
            {
                await release.EndAsync(lease, LeaseRelease.EndedInTheStore);
            }
        }

        return lease.TryHandOut(askedAt) ? null : new AcquireOutcome.Ended(lease.End!.Value);
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
}
