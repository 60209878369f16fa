using System.Globalization;
using System.Security.Cryptography;
using Attendance.ServiceDefaults;
using Attendance.ServiceDefaults.Webhooks;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Webhooks;

/// <summary>
/// Sends what is due to its receivers, a few requests at a time for each, so that a slow receiver delays only itself. A message is sent again
/// until it was accepted or given up: at least once, in no promised order.
/// </summary>
internal sealed partial class WebhookDispatcher(
    IServiceScopeFactory scopes, WebhookSeal seal, CalledAddresses addresses, DispatchSignal signal, WebhookMetrics metrics, IOptions<DispatchOptions> options,
    TimeProvider clock, ILogger<WebhookDispatcher> logger) : BackgroundService
{
    private const int AtOnce = 4, Gone = 410;
    private static readonly TimeSpan s_tidyEvery = TimeSpan.FromHours(1);

    private readonly HttpMessageInvoker _http = SignedPost.CreateClient(addresses.MayCall);
    private readonly RepeatedFailure _failure = new();
    private readonly Dictionary<Guid, Task> _running = [];
    private long? _tidiedAt;

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var next = signal.Next; // before looking, so that nothing is missed in between
                await LookAsync(stoppingToken);
                await Task.WhenAny(next, Task.Delay(options.Value.LookEvery, clock, stoppingToken));
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(_running.Values); // they end with the token; what they have claimed is due again when the claim is over
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var done in _running.Where(each => each.Value.IsCompleted).ToList())
        {
            _running.Remove(done.Key);
        }

        await TryAsync(async queue =>
        {
            foreach (var target in (await queue.DueTargetsAsync(cancellationToken)).Where(target => !_running.ContainsKey(target)))
            {
                _running[target] = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => TryAsync(own => SendDueAsync(own, target, cancellationToken), cancellationToken)));
            }

            if (_tidiedAt is not { } tidied || clock.GetElapsedTime(tidied) >= s_tidyEvery)
            {
                _tidiedAt = clock.GetTimestamp();
                await queue.TidyAsync(cancellationToken);
            }
        }, cancellationToken);
    }

    private async Task SendDueAsync(DispatchQueue queue, Guid targetId, CancellationToken cancellationToken)
    {
        while (await queue.ClaimAsync(targetId, cancellationToken) is { } claimed)
        {
            var (error, isGone) = await SendAsync(claimed, cancellationToken);
            if (error is null)
            {
                await queue.DeliveredAsync(claimed, cancellationToken);
                metrics.Delivered(claimed.Type, clock.GetUtcNow().UtcDateTime - claimed.At);
                continue;
            }

            var failed = await queue.FailedAsync(claimed, error, isGone, cancellationToken);
            metrics.Failed(claimed.Type, failed.IsDead);
            if (failed.IsDead)
            {
                LogDead(claimed.Target.Id, claimed.Type, claimed.MessageId, claimed.Attempts + 1, error);
            }

            if (failed.IsTargetGivenUp)
            {
                LogGivenUp(claimed.Target.Id, error);
            }
        }
    }

    /// <returns>Why it failed, in words without the address, and whether the receiver wants to be told nothing more. Null if it has accepted the message.</returns>
    private async Task<(string? Error, bool IsGone)> SendAsync(ClaimedDispatch claimed, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.Value.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var target = claimed.Target;
            var secrets = new List<string> { seal.Open(target.Id, target.SealedSecret) };
            if (target is { SealedFormer: { } former, FormerUntil: { } until } && clock.GetUtcNow().UtcDateTime < until)
            {
                secrets.Add(seal.Open(target.Id, former));
            }

            var status = await SignedPost.SendAsync(
                _http, seal.Open(target.Id, target.SealedAddress), secrets, claimed.MessageId.ToString("N"), clock.GetUtcNow(), claimed.Payload, either.Token);
            return status is >= 200 and <= 299 ? (null, false) : (string.Create(CultureInfo.InvariantCulture, $"{DispatchErrors.Answered}{status}"), status == Gone);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (DispatchErrors.NoAnswer, false);
        }
        catch (HttpRequestException exception)
        {
            return (exception.InnerException is AddressRefusedException ? DispatchErrors.Refused : DispatchErrors.Unreachable, false);
        }
        catch (CryptographicException)
        {
            return (DispatchErrors.Undecryptable, false);
        }
    }

    /// <summary>Does something with the queue. A failure, of the database for example, is logged once, and what was not done is done later.</summary>
    private async Task TryAsync(Func<DispatchQueue, Task> act, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await act(scope.ServiceProvider.GetRequiredService<DispatchQueue>());
            _failure.IsOver();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            _ = exception; // Web stops
        }
        catch (Exception exception) // whatever it is: it must not stop Web, which lends cameras
        {
            if (_failure.IsNew(exception))
            {
                LogFailed(exception.GetType().Name);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Webhook {WebhookId} was not told {Event} {MessageId} after {Attempts} attempts: it {Error}")]
    private partial void LogDead(Guid webhookId, string @event, Guid messageId, int attempts, string error);

    [LoggerMessage(LogLevel.Warning, "Webhook {WebhookId} is off, because it has failed for too long or is gone: it {Error}")]
    private partial void LogGivenUp(Guid webhookId, string error);

    [LoggerMessage(LogLevel.Warning, "Webhooks cannot be told, and are told later: {Error}")]
    private partial void LogFailed(string error);
}
