using Attendance.LocalHosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.LocalHosting.Running;

/// <summary>Asks a running resource how it is, and says so.</summary>
internal sealed class HealthMonitor(
    HealthCheckService checks, ResourceNotificationService notifications, ResourceLoggerService logs, TimeProvider clock)
{
    private static readonly TimeSpan s_whileHealthy = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_whileUnhealthy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_whileUnhealthyAtMost = TimeSpan.FromSeconds(5);

    /// <summary>Others wait for a resource that starts, so it is asked often, until that has clearly become pointless.</summary>
    private static readonly TimeSpan s_whileStarting = TimeSpan.FromMilliseconds(150);
    private const int QuickChecks = 100;

    public static string[] KeysOf(IResource resource) =>
        [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key)];

    public async Task WatchAsync(IResource resource, CancellationToken cancellationToken)
    {
        var keys = KeysOf(resource);
        var pause = s_whileUnhealthy;
        Task? ready = null;
        try
        {
            for (var count = 1; ; count++)
            {
                var healthy = keys.Length == 0 || await CheckAsync(resource, keys, cancellationToken);
                if (healthy && ready is null)
                {
                    ready = ReadyAsync(resource, cancellationToken);
                    await notifications.PublishUpdateAsync(resource, snapshot => snapshot with { Ready = ready });
                }

                if (keys.Length == 0)
                {
                    return;
                }

                pause = healthy ? s_whileHealthy
                    : ready is null && count < QuickChecks ? s_whileStarting
                    : pause >= s_whileUnhealthy && pause < s_whileUnhealthyAtMost ? pause + s_whileUnhealthy
                    : pause == s_whileUnhealthyAtMost ? pause
                    : s_whileUnhealthy;
                await Task.Delay(pause, clock, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> CheckAsync(IResource resource, string[] keys, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), cancellationToken);
        await notifications.PublishUpdateAsync(resource, snapshot => snapshot with
        {
            HealthReports =
            [
                .. report.Entries.Select(entry => new HealthReportSnapshot(
                    entry.Key, entry.Value.Status, entry.Value.Description, entry.Value.Exception?.Message)),
            ],
        });
        return report.Status == HealthStatus.Healthy;
    }

    private async Task ReadyAsync(IResource resource, CancellationToken cancellationToken)
    {
        foreach (var handler in resource.Annotations.OfType<ReadyAnnotation>())
        {
            try
            {
                await handler.Callback(cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                logs.Write(resource.Name, $"What was to be done when it is ready failed: {error.Message}", isError: true);
            }
        }
    }
}
