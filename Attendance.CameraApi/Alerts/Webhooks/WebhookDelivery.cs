using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Upkeep;
using Attendance.ServiceDefaults.Webhooks;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Alerts.Webhooks;

/// <summary>Sends every change of every alert to every configured webhook.</summary>
internal sealed class WebhookDelivery : BackgroundService
{
    private readonly OpenAlerts _openAlerts;
    private readonly HttpMessageInvoker _http = SignedPost.CreateClient(); // operators configure the addresses, so they may be any
    private readonly IReadOnlyList<Webhook> _webhooks;

    public WebhookDelivery(OpenAlerts openAlerts, AlertStore store, IOptions<AlertOptions> options, TimeProvider clock, ILogger<Webhook> logger)
    {
        _openAlerts = openAlerts;
        _webhooks = [.. options.Value.Webhooks.Select(entry => new Webhook(entry.Key, entry.Value, _http, clock, store.Bury, logger))];
        _openAlerts.Changed += Tell; // subscribes before any alert can be found
    }

    public override void Dispose()
    {
        _openAlerts.Changed -= Tell;
        _http.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_webhooks.Select(webhook => webhook.RunAsync(stoppingToken)));

    private void Tell(AlertChange change, Alert alert)
    {
        foreach (var webhook in _webhooks)
        {
            webhook.Tell(AlertEvents.TypeOf(change).Name(), alert);
        }
    }
}
