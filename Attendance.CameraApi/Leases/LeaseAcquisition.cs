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
        ReportAsync(slot.Camera, () => EnterAndOpenAsync(slot, acquireOptions, cancellationToken));

    /// <summary>Waits in the queues of several cameras and acquires the first one that is given back.</summary>
    /// <returns>The camera and the outcome, or null if none was given back in time.</returns>
    /// <exception cref="CameraUnavailableException">The camera was given back but does not open.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is granted without the store.</exception>
    public async Task<(CameraSlot Slot, AcquireOutcome Outcome)?> AcquireFirstFreedAsync(
        IReadOnlyList<CameraSlot> awaited, AcquireOptions acquireOptions, CancellationToken cancellationToken)
    {
        var turn = SlotWaiter.EnterFirstAsync(awaited, slot => leases.Create(slot, acquireOptions), acquireOptions.Wait, clock, cancellationToken);
        if (!turn.IsCompleted)
        {
            // If the holder said goodbye just before this session was queued, its goodbye did not see a waiter.
            _ = awaited.Any(slot => slot.Lease is { } leaving && Yield(leaving));
        }

        return await turn is { } lease
            ? (lease.Slot, await ReportAsync(lease.Slot.Camera, () => opening.OpenAsync(lease, GrantAndOpenAsync, cancellationToken)))
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
            Yield(lease);
        }
    }

    /// <summary>Runs an acquisition, and traces and counts it whatever its outcome.</summary>
    private async Task<AcquireOutcome> ReportAsync(Camera camera, Func<Task<AcquireOutcome>> acquire)
    {
        using var activity = LeaseSpans.StartAcquire(camera);
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
            var holder = slot.TryEnter(lease);
            if (holder is null)
            {
                return await opening.OpenAsync(lease, GrantAndOpenAsync, cancellationToken);
            }

            if (holder.End is not null)
            {
                await holder.Released.WaitAsync(cancellationToken); // bounded, as every release is
            }
            else if (holder.SessionHash == acquireOptions.SessionHash)
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
            else if (acquireOptions.Takeover)
            {
                var taken = release.EndAsync(holder, new LeaseEnd(ReleaseReason.Takeover));
                if (holder.End?.Reason == ReleaseReason.Takeover)
                {
                    acquireOptions.TookOver?.Invoke(holder);
                }

                await taken.WaitAsync(cancellationToken);
            }
            else if (acquireOptions.Wait - clock.GetElapsedTime(asked) is { Ticks: > 0 } patience)
            {
                var turn = SlotWaiter.EnterFirstAsync([slot], _ => lease, patience, clock, cancellationToken);
                if (slot.Lease is { } leaving && !ReferenceEquals(leaving, lease))
                {
                    Yield(leaving); // a goodbye just before this session was queued did not see a waiter
                }

                if (await turn is not null)
                {
                    return await opening.OpenAsync(lease, GrantAndOpenAsync, cancellationToken);
                }
            }
            else
            {
                return new AcquireOutcome.InUse(holder.ExpiresAt);
            }
        }
    }

    /// <returns><see langword="false"/> if its session has not said goodbye, or does not yield.</returns>
    private bool Yield(CameraLease lease)
    {
        if (lease.Leaving is not { Yields: true } leaving)
        {
            return false;
        }

        _ = release.EndAsync(lease, leaving.End);
        return true;
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
