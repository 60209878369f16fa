using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Attendance.ServiceDefaults;
using Attendance.ServiceDefaults.Webhooks;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Attendance.CameraApi.Alerts.Webhooks;

/// <summary>
/// One receiver of alerts. Its messages are sent in order, one at a time. A failed delivery is retried with exponential backoff and
/// ends as a dead letter. A slow receiver delays only itself.
/// </summary>
internal sealed partial class Webhook
{
    public const int Retries = 6;
    private const int Backlog = 200;
    private static readonly TimeSpan s_attempt = TimeSpan.FromSeconds(5);

    private readonly RepeatedFailure _failure = new();
    private readonly string _name;
    private readonly WebhookOptions _options;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _clock;
    private readonly Action<DeadLetter> _died;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _pipeline;
    private readonly Channel<(string Event, Alert Alert)> _queue;

    public Webhook(string name, WebhookOptions options, HttpMessageInvoker http, TimeProvider clock, Action<DeadLetter> died, ILogger logger)
    {
        (_name, _options, _http, _clock, _died, _logger) = (name, options, http, clock, died, logger);
        _queue = Channel.CreateBounded<(string Event, Alert Alert)>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            dropped => Bury(dropped.Event, dropped.Alert, 0, "more came than it took"));
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(error => error.StatusCode is null || IsPassing((int)error.StatusCode))
                    .Handle<TimeoutRejectedException>(),
                MaxRetryAttempts = Retries,
                Delay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                MaxDelay = TimeSpan.FromMinutes(5),
            })
            .AddTimeout(s_attempt)
            .Build();
    }

    public void Tell(string what, Alert alert)
    {
        if (alert.Severity >= _options.Severity)
        {
            _queue.Writer.TryWrite((what, alert));
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var (what, alert) in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            await DeliverAsync(what, alert, cancellationToken);
        }
    }

    private async Task DeliverAsync(string what, Alert alert, CancellationToken cancellationToken)
    {
        // One id for all attempts, so that a receiver can recognize a retry.
        var id = $"{alert.Id}.{what}";
        var body = JsonSerializer.Serialize(
            new { Type = what.Replace('_', '.'), Timestamp = _clock.GetUtcNow().UtcDateTime, Data = alert }, WireJson.Options);
        var attempts = 0;
        try
        {
            await _pipeline.ExecuteAsync(
                async attempt =>
                {
                    attempts++;
                    await SendAsync(id, body, attempt);
                },
                cancellationToken);
            if (_failure.IsOver())
            {
                LogTold(_logger, _name);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException)
        {
            Bury(what, alert, attempts, exception switch
            {
                HttpRequestException { StatusCode: { } status } => string.Create(CultureInfo.InvariantCulture, $"answered {(int)status}"),
                HttpRequestException => "could not be reached", // the exception's message may contain the address
                _ => string.Create(CultureInfo.InvariantCulture, $"did not answer within {s_attempt.TotalSeconds} s"),
            });
        }
    }

    private async Task SendAsync(string id, string body, CancellationToken cancellationToken)
    {
        var status = await SignedPost.SendAsync(_http, _options.Url!, [_options.Secret!], id, _clock.GetUtcNow(), body, cancellationToken);
        if (status is < 200 or > 299)
        {
            throw new HttpRequestException("The receiver refuses.", inner: null, (HttpStatusCode)status);
        }
    }

    /// <summary>Returns whether a retry may succeed. Any other refusal will be the same the next time.</summary>
    private static bool IsPassing(int status) => status is 408 or 409 or 425 or 429 or >= 500;

    private void Bury(string what, Alert alert, int attempts, string error)
    {
        _died(new DeadLetter(_name, alert.Id, what, _clock.GetUtcNow().UtcDateTime, attempts, error));

        // The dead letters can be read as a list, so the log reports only the first as an error.
        LogDead(_logger, _failure.IsNew(error) ? LogLevel.Error : LogLevel.Information, _name, what, alert.Id, attempts, error);
    }

    [LoggerMessage(LogLevel.Information, "Webhook {Webhook} accepts alerts again")]
    private static partial void LogTold(ILogger logger, string webhook);

    [LoggerMessage("Webhook {Webhook} did not receive {What} {AlertId} after {Attempts} attempts: {Error}")]
    private static partial void LogDead(ILogger logger, LogLevel level, string webhook, string what, string alertId, int attempts, string error);
}
