using System.Globalization;
using Attendance.LocalHosting.ApplicationModel;
using Attendance.LocalHosting.Dashboard.Site;
using Attendance.LocalHosting.Dashboard.Telemetry;
using Attendance.LocalHosting.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attendance.LocalHosting.Dashboard;

/// <summary>Runs the dashboard with the application: up before the first resource starts, so that nothing that they say is missed.</summary>
internal sealed class DashboardHost(
    DashboardSettings settings,
    DashboardAccess access,
    Changes changes,
    LogStore logs,
    TraceStore traces,
    MetricStore metrics,
    ResourceNotificationService resources,
    Notifications notifications,
    IServiceProvider services) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Ports _ports = new();
    private readonly CancellationTokenSource _over = new();
    private readonly List<WebApplication> _servers = [];
    private Task _watching = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!settings.IsEnabled)
        {
            return;
        }

        var pages = PortFor(settings.Port, "pages", "Dashboard:Port");
        var otlp = PortFor(settings.OtlpPort, "telemetry", "Dashboard:OtlpPort");
        _servers.Add(OtlpServer.Build(otlp, access, logs, traces, metrics));
        _servers.Add(ActivatorUtilities.CreateInstance<DashboardSite>(services).Build(pages));
        foreach (var server in _servers)
        {
            await server.StartAsync(cancellationToken);
        }

        notifications.Changed += OnNotified;
        _watching = WatchAsync();
        (access.Pages, access.Otlp) = (AddressOf(pages), AddressOf(otlp));
    }

    /// <summary>Last of all, for it was first: how the resources stop is still shown.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _over.CancelAsync();
        await _watching;
        notifications.Changed -= OnNotified;
        foreach (var server in _servers)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(s_patience); // a page that is open keeps nobody waiting
            await server.StopAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _ports.Dispose();
        _over.Dispose();
    }

    private int PortFor(int? wanted, string purpose, string key)
    {
        if (wanted is { } port && !Ports.IsFree(port))
        {
            throw new DistributedApplicationException(string.Create(
                CultureInfo.InvariantCulture,
                $"Port {port} of the dashboard's {purpose} is taken by {PortOwner.Describe(port)}; free it, set {key} to another one, or do without: --Dashboard:Enabled=false."));
        }

        return wanted ?? _ports.Hold();
    }

    private async Task WatchAsync()
    {
        try
        {
            await foreach (var _ in resources.WatchAsync(_over.Token))
            {
                changes.Raise();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void OnNotified(Notification notification, bool isShown) => changes.Raise();

    private static Uri AddressOf(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"));
}
