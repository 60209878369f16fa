using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.Hosting;

#pragma warning disable ASPIREINTERACTION001 // Aspire calls its notifications experimental

/// <summary>
/// Shows each alert of the camera API as a notification of the dashboard, for as long as it is open. It listens to the API's
/// events; each time it has come back to them it first asks what is open, so nothing that was missed stays wrong.
/// </summary>
internal sealed class AlertNotifications(
    IInteractionService interactions,
    ResourceNotificationService resources,
    Func<(Uri CameraApi, Uri Web)> addresses,
    Func<CancellationToken, ValueTask<string?>> apiKey) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, CancellationTokenSource> _shown = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!interactions.IsAvailable)
        {
            return; // there is nobody to tell; the log and the console tell all the same
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await resources.WaitForResourceAsync("web", KnownResourceStates.Running, stoppingToken); // after the camera API, and it has the console
                await ListenAsync(stoppingToken);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
            {
                // The API is not up yet, or went: it is asked again.
            }

            await Task.Delay(s_pause, stoppingToken);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var (cameraApi, web) = addresses();
        using var client = new HttpClient { BaseAddress = cameraApi, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Add("X-Api-Key", await apiKey(cancellationToken));
        using var events = await client.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        events.EnsureSuccessStatusCode();
        await CompareAsync(client, web, cancellationToken);
        await foreach (var told in SseParser.Create(await events.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
        {
            if (told.EventType == "reset") // something may have been missed
            {
                await CompareAsync(client, web, cancellationToken);
            }
            else if (told.EventType.StartsWith("alert_", StringComparison.Ordinal) && JsonSerializer.Deserialize<Told>(told.Data, ServiceJson.Options)?.Alert is { } alert)
            {
                Take(alert, web, cancellationToken);
            }
        }
    }

    private async Task CompareAsync(HttpClient client, Uri web, CancellationToken cancellationToken)
    {
        var all = (await client.GetFromJsonAsync<List>("/api/alerts", ServiceJson.Options, cancellationToken))!.Alerts;
        var open = all.Where(alert => alert.State != "resolved").Select(alert => alert.Id).ToHashSet();
        foreach (var id in _shown.Keys.Where(id => !open.Contains(id)).ToList())
        {
            Withdraw(id);
        }

        foreach (var alert in all)
        {
            Take(alert, web, cancellationToken);
        }
    }

    /// <summary>One that is acknowledged has been read, so it needs no notification any more.</summary>
    private void Take(Alert alert, Uri web, CancellationToken cancellationToken)
    {
        if (alert.State != "open")
        {
            Withdraw(alert.Id);
        }
        else if (!_shown.ContainsKey(alert.Id))
        {
            _shown[alert.Id] = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _ = ShowAsync(alert, web, _shown[alert.Id].Token);
        }
    }

    private async Task ShowAsync(Alert alert, Uri web, CancellationToken withdrawn)
    {
        try
        {
            await interactions.PromptNotificationAsync(
                $"{Title(alert.Rule)}{(alert.CameraId is null ? "" : $": {alert.CameraId}")}",
                $"{alert.What} {alert.Done}",
                new NotificationInteractionOptions
                {
                    Intent = alert.Severity == "critical" ? MessageIntent.Error : MessageIntent.Warning,
                    LinkText = "Operations console",
                    LinkUrl = new Uri(web, "/ops").ToString(),
                },
                withdrawn);
        }
        catch (Exception error) when (error is OperationCanceledException or InvalidOperationException)
        {
            // Withdrawn; or there is no dashboard to show it, which does not make the alert less true.
        }
    }

    private void Withdraw(string id)
    {
        if (_shown.Remove(id, out var shown))
        {
            shown.Cancel();
            shown.Dispose();
        }
    }

    private static string Title(string rule) => char.ToUpperInvariant(rule[0]) + rule[1..].Replace('_', ' ');

    private sealed record Told(Alert? Alert);

    private sealed record List(IReadOnlyList<Alert> Alerts);

    private sealed record Alert(string Id, string Rule, string Severity, string State, string? CameraId, string What, string Done);
}
