using System.Diagnostics;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Choice;

/// <summary>
/// Moves leases that may move to the next best camera as soon as their own is missing, keeps failing, or is given up. While no
/// camera is free, they wait for their own as every lease does, or for another one that becomes free before.
/// </summary>
internal sealed partial class Failover(
    CameraLeases leases, CameraChoice choice, FailoverWishes wishes, TimeProvider clock, ILogger<Failover> logger) : IHostedService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        leases.Opened += (lease, capture) =>
        {
            if (lease.FailoverTo is not null)
            {
                lease.Moving = WatchAsync(lease, capture);
            }
        };
        leases.Ended += (lease, _) => ForgetIfOver(lease);
        return Task.CompletedTask;
    }

    /// <summary>Does nothing, because a move ends with its lease, and leases end before the host does.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> WatchAsync(CameraLease lease, ICameraCapture capture)
    {
        Activity.Current = null; // the request that began the lease will be over
        wishes.Keep(lease);
        ForgetIfOver(lease); // the lease may have ended just before its wish was kept
        try
        {
            for (var pause = s_pause; ;)
            {
                await Task.WhenAny(capture.FailingAsync(lease.Ended), capture.Lost);
                lease.Ended.ThrowIfCancellationRequested();
                var isLost = capture.Lost.IsCompleted; // then this is the last attempt
                var (isMoved, hasTried) = lease.IsArriving ? (false, false) : await TryMoveAsync(lease);
                if (isMoved || isLost)
                {
                    return isMoved;
                }

                pause = !hasTried ? s_pause : pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
                await Task.Delay(pause, clock, lease.Ended);
            }
        }
        catch (OperationCanceledException) when (lease.End is not null)
        {
            return lease.MovedTo is not null;
        }
        catch (Exception exception)
        {
            LogFailed(lease.CameraId, exception);
            return false;
        }
    }

    private void ForgetIfOver(CameraLease lease)
    {
        if (lease is { FailoverTo: not null, End: not null, MovedTo: null })
        {
            wishes.Forget(lease.Id);
        }
    }

    private async Task<(bool IsMoved, bool HasTried)> TryMoveAsync(CameraLease lease)
    {
        var candidates = choice.NextBest(new AcquireOptions(lease.SessionHash, Failover: lease.FailoverTo, Mode: lease.Mode, Role: lease.Stored.Role), lease.Slot.Camera);
        foreach (var slot in candidates)
        {
            try
            {
                if (await leases.TryMoveAsync(lease, slot))
                {
                    return (true, true);
                }
            }
            catch (CameraUnavailableException exception)
            {
                LogNotMoved(lease.Ref, slot.Camera.Id, exception.Message);
            }
            catch (StoreUnavailableException)
            {
                break; // the store does not answer for any other camera either
            }

            lease.Ended.ThrowIfCancellationRequested();
        }

        return (false, candidates.Count > 0);
    }

    [LoggerMessage(LogLevel.Warning, "Lease {LeaseRef} could not move to camera {CameraId}: {Error}")]
    private partial void LogNotMoved(string leaseRef, string cameraId, string error);

    [LoggerMessage(LogLevel.Error, "The lease of camera {CameraId} can no longer move")]
    private partial void LogFailed(string cameraId, Exception exception);
}
