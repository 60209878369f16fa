using System.Collections.Concurrent;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.Tests.Hosts;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Alerts;

/// <summary>Tests one webhook against a real receiver. The test moves the clock, so no retry takes real time.</summary>
public sealed class WebhookTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly Alert s_alert = new(
        "0123456789abcdef", AlertRule.Leak, AlertSeverity.Critical, AlertState.Open, "door", "door", "here", "It leaks.", "It was ended.", "Nothing.", 1,
        DateTime.UtcNow, DateTime.UtcNow, null, null, null);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow) { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly ConcurrentQueue<DeadLetter> _dead = new();
    private readonly FakeLogger _log = new();
    private readonly CancellationTokenSource _over = new();
    private WebhookReceiver _receiver = null!;
    private Task _running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await WebhookReceiver.StartAsync(Cancel);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAny(_running);
        await _receiver.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _over.Dispose();
    }

    [Fact]
    public async Task A_delivery_is_signed_and_says_what_happened()
    {
        Start().Tell("alert_opened", s_alert);

        var received = await _receiver.NextAsync(_ => true, s_patience, Cancel);
        received.AssertSigned();
        Assert.Equal("alert.opened", received.Type);
        Assert.Equal("leak", received.Data.GetProperty("rule").GetString());
        Assert.Equal("critical", received.Data.GetProperty("severity").GetString());
        Assert.Equal("door", received.Data.GetProperty("camera_id").GetString());
    }

    [Fact]
    public async Task A_receiver_that_fails_is_told_again_under_the_same_id()
    {
        _receiver.Answer = count => count < 3 ? 503 : 200;
        Start().Tell("alert_opened", s_alert);

        await UntilAsync(() => _receiver.All.Count == 3);
        Assert.Single(_receiver.All.Select(received => received.Id).Distinct());
        Assert.All(_receiver.All, received => received.AssertSigned());
        Assert.Empty(_dead);
    }

    [Fact]
    public async Task A_delivery_that_is_never_accepted_becomes_a_dead_letter_and_the_next_is_sent()
    {
        _receiver.Answer = count => count <= Webhook.Retries + 1 ? 500 : 200;
        var webhook = Start();
        webhook.Tell("alert_opened", s_alert);
        webhook.Tell("alert_resolved", s_alert);

        await UntilAsync(() => _receiver.All.Any(received => received.Type == "alert.resolved"));
        var letter = Assert.Single(_dead);
        Assert.Equal(("ops", "alert_opened", Webhook.Retries + 1, "answered 500"), (letter.Webhook, letter.Event, letter.Attempts, letter.Error));
        Assert.DoesNotContain(new Uri(_receiver.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), _log.LatestRecord.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_accepts_nothing_is_logged_as_one_error_until_it_recovers()
    {
        _receiver.Answer = count => count <= 3 ? 404 : 200;
        var webhook = Start();
        for (var i = 0; i < 4; i++)
        {
            webhook.Tell("alert_opened", s_alert with { Id = $"alert-{i}" });
        }

        await UntilAsync(() => _log.Collector.GetSnapshot().Any(record => record.Message == "Webhook ops accepts alerts again"));
        Assert.Equal(3, _dead.Count);
        Assert.Single(_log.Collector.GetSnapshot(), record => record.Level == Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(302)] // what is signed for one receiver is not taken elsewhere
    public async Task A_permanently_refused_delivery_is_not_retried(int answer)
    {
        _receiver.Answer = _ => answer;
        Start().Tell("alert_opened", s_alert);

        await UntilAsync(() => !_dead.IsEmpty);
        Assert.Equal("/hook", Assert.Single(_receiver.All).Path);
    }

    [Fact]
    public async Task An_unreachable_receiver_is_named_without_its_address()
    {
        await _receiver.DisposeAsync();
        Start("http://127.0.0.1:1/secret-in-a-path").Tell("alert_opened", s_alert);

        await UntilAsync(() => !_dead.IsEmpty);
        Assert.Equal("could not be reached", _dead.Single().Error);
        Assert.DoesNotContain("secret-in-a-path", _log.LatestRecord.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_of_critical_alerts_only_gets_no_warnings()
    {
        var webhook = Start(severity: AlertSeverity.Critical);
        webhook.Tell("alert_opened", s_alert with { Id = "warning", Severity = AlertSeverity.Warning });
        webhook.Tell("alert_opened", s_alert);

        await _receiver.NextAsync(_ => true, s_patience, Cancel);
        Assert.Equal(s_alert.Id, Assert.Single(_receiver.All).Data.GetProperty("id").GetString());
    }

    private Webhook Start(string? url = null, AlertSeverity severity = AlertSeverity.Warning)
    {
        var webhook = new Webhook(
            "ops", new WebhookOptions { Url = url ?? _receiver.Url, Secret = WebhookReceiver.Secret, Severity = severity }, _http, _clock, _dead.Enqueue, _log);
        _running = webhook.RunAsync(_over.Token);
        return webhook;
    }

    /// <summary>Waits, and meanwhile moves the clock in steps that are shorter than the timeout of an attempt.</summary>
    private Task<TimeSpan> UntilAsync(Func<bool> isSo) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            return isSo();
        },
        s_patience,
        "it is delivered or dead");
}
