using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.Hosting;

#pragma warning disable ASPIREINTERACTION001 // Aspire calls its notifications experimental

/// <summary>
/// Shows each open alert of the camera API as a notification in the dashboard, and withdraws it when the alert is resolved or
/// acknowledged. It follows the API's events. After each reconnection it first reads the list of alerts, so that nothing is missed.
/// </summary>
internal sealed class AlertNotifications(
    IInteractionService interactions,
    ResourceNotificationService resources,
    IReadOnlyList<ProjectResource> nodes,
    ProjectResource web,
    ParameterResource apiKey) : BackgroundService
{
    private const string Checking = "Checking";
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, CancellationTokenSource> _shown = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await resources.WaitForResourceAsync(web.Name, KnownResourceStates.Running, stoppingToken); // Web starts after the camera API
                await ListenAsync(stoppingToken);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
            {
                // The API is not up yet, or it is down: try again.
            }

            await Task.Delay(s_pause, stoppingToken);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        using var client = ServiceClient.Create(Timeout.InfiniteTimeSpan);
        client.BaseAddress = new Uri(nodes[0].GetEndpoint("http").Url);
        client.DefaultRequestHeaders.Add(WireHeaders.ApiKey, await apiKey.GetValueAsync(cancellationToken));
        using var events = await client.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        events.EnsureSuccessStatusCode();
        await CompareAsync(client, cancellationToken);
        await foreach (var told in SseParser.Create(await events.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
        {
            if (told.EventType == "reset") // events may have been missed
            {
                await CompareAsync(client, cancellationToken);
            }
            else if (told.EventType.StartsWith("alert_", StringComparison.Ordinal) && JsonSerializer.Deserialize<Told>(told.Data, WireJson.Kept)?.Alert is { } alert)
            {
                Take(alert, cancellationToken);
                await CheckHealthNowAsync();
            }
        }
    }

    private async Task CompareAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var all = (await client.GetFromJsonAsync<List>("/api/alerts", WireJson.Kept, cancellationToken))!.Alerts;
        var open = all.Where(alert => alert.State != "resolved").Select(alert => alert.Id).ToHashSet();
        foreach (var id in _shown.Keys.Where(id => !open.Contains(id)).ToList())
        {
            Withdraw(id);
        }

        foreach (var alert in all)
        {
            Take(alert, cancellationToken);
        }

        await CheckHealthNowAsync();
    }

    private void Take(Alert alert, CancellationToken cancellationToken)
    {
        if (alert.State != "open")
        {
            Withdraw(alert.Id);
        }
        else if (!_shown.ContainsKey(alert.Id))
        {
            _shown[alert.Id] = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _ = ShowAsync(alert, _shown[alert.Id].Token);
        }
    }

    /// <summary>
    /// Makes the health service check the camera APIs at once. It checks a healthy resource only every 30 s, but a leak must show within
    /// 10 s. A change of the state's text ends the wait, so the text is changed and changed back.
    /// </summary>
    private async Task CheckHealthNowAsync()
    {
        foreach (var node in nodes)
        {
            await SetStateAsync(node, KnownResourceStates.Running, Checking);
            await SetStateAsync(node, Checking, KnownResourceStates.Running);
        }
    }

    private Task SetStateAsync(IResource node, string from, string to) => resources.PublishUpdateAsync(node, snapshot =>
        snapshot.State?.Text == from ? snapshot with { State = new ResourceStateSnapshot(to, snapshot.State.Style) } : snapshot);

    private async Task ShowAsync(Alert alert, CancellationToken withdrawn)
    {
        if (!interactions.IsAvailable)
        {
            return; // without a dashboard, the log and the console report the alert
        }

        try
        {
            await interactions.PromptNotificationAsync(
                $"{Title(alert.Rule)}{(alert.CameraId is null ? "" : $": {alert.CameraId}")}",
                $"{alert.What} {alert.Done}",
                new NotificationInteractionOptions
                {
                    Intent = alert.Severity == "critical" ? MessageIntent.Error : MessageIntent.Warning,
                    LinkText = "Operations console",
                    LinkUrl = new Uri(new Uri(web.GetEndpoint("http").Url), "/ops").ToString(),
                },
                withdrawn);
        }
        catch (Exception error) when (error is OperationCanceledException or InvalidOperationException)
        {
            // The notification was withdrawn, or the dashboard is gone.
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

    private sealed record Told(Alert? Alert = null);

    private sealed record List(IReadOnlyList<Alert> Alerts);

    private sealed record Alert(string Id, string Rule, string Severity, string State, string? CameraId, string What, string Done);
}
