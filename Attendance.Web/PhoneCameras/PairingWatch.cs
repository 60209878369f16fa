using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Forwarding;
using Microsoft.Extensions.Options;

namespace Attendance.Web.PhoneCameras;

/// <summary>
/// Ends each pairing with what it is bound to: the operator's lease of the phone's camera or, before there is one, the operator's page; and
/// always the operator's sign-in. Every process of Web looks, so that a pairing also ends when the process that has made it is gone.
/// </summary>
internal sealed partial class PairingWatch(
    IServiceScopeFactory scopes, BoundLeases leases, LeaseChecks checks, IOptions<PhoneCameraOptions> options, TimeProvider clock, ILogger<PairingWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(3), s_busy = TimeSpan.FromSeconds(1);

    /// <summary>Ends of a lease after which the same page may come back, because it was perhaps loaded again.</summary>
    private static readonly string[] s_mayComeBack = ["page_hide", "page_unload", "disconnected"];

    private readonly RepeatedFailure _failure = new();

    /// <summary>Pages are heard of from here on: while no Web runs, none can be.</summary>
    private DateTime _begun;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _begun = clock.GetUtcNow().UtcDateTime;
        try
        {
            while (true)
            {
                await Task.Delay(await TryLookAsync(stoppingToken) ? s_busy : s_idle, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Web stops. What is paired stays so for the next process.
        }
    }

    /// <returns>Whether there is something to watch.</returns>
    private async Task<bool> TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var isBusy = await LookAsync(cancellationToken);
            _failure.IsOver();
            return isBusy;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested) // whatever it is: it must not stop Web, and is tried again
        {
            if (_failure.IsNew(exception))
            {
                LogFailed(exception.GetType().Name);
            }

            return true;
        }
    }

    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<PhonePairing> unfinished;
        await using (var scope = scopes.CreateAsyncScope())
        {
            unfinished = await scope.ServiceProvider.GetRequiredService<PhonePairings>().ListUnfinishedAsync(cancellationToken);
        }

        await Task.WhenAll(unfinished.Select(pairing => LookAtAsync(pairing, cancellationToken))); // together, because each may wait for camera-api
        return unfinished.Count > 0;
    }

    private async Task LookAtAsync(PhonePairing pairing, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var pairings = scope.ServiceProvider.GetRequiredService<PhonePairings>();
        if (pairing.EndedAt is not null)
        {
            await pairings.FreeAsync(pairing, cancellationToken);
        }
        else if (!await pairings.IsSignedInAsync(pairing, cancellationToken))
        {
            await pairings.EndAsync(pairing, PairingEnd.SignedOut, cancellationToken);
        }
        else if (pairing.BoundLease is { } bound)
        {
            switch (leases.Open(bound) is { } claim ? await checks.CheckAsync(claim, cancellationToken) : new LeaseProof.Ended(null))
            {
                case LeaseProof.Ended ended when s_mayComeBack.Contains(ended.Reason):
                    await pairings.UnbindLeaseAsync(pairing, cancellationToken);
                    break;
                case LeaseProof.Ended or LeaseProof.Stale:
                    await pairings.EndAsync(pairing, PairingEnd.LeaseEnded, cancellationToken);
                    break;
            }
        }
        else if (UnboundEnd(pairing, clock.GetUtcNow().UtcDateTime) is { } end)
        {
            await pairings.EndAsync(pairing, end, cancellationToken);
        }
    }

    private PairingEnd? UnboundEnd(PhonePairing pairing, DateTime now)
    {
        var heard = pairing.SeenAt > _begun ? pairing.SeenAt : _begun;
        return now - heard > options.Value.PageGrace ? PairingEnd.PageGone
            : pairing.UsedAt is null && pairing.CodeUntil <= now ? PairingEnd.Unused
            : null;
    }

    [LoggerMessage(LogLevel.Warning, "The pairings of phones could not be looked at, and are looked at again: {Error}")]
    private partial void LogFailed(string error);
}
