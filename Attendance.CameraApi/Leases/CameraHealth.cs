using Attendance.CameraApi.Alerts;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.CameraApi.Leases;

/// <summary>Unhealthy while a camera is open for nobody, or could not be shown to be free.</summary>
internal sealed class CameraHealth(CameraSlots slots, Reconciliation reconciliation, AlertBook alerts) : IHealthCheck
{
    public const string Tag = "cameras";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var found = slots.All.Where(slot => slot.Quarantine is not null)
            .Select(slot => (slot.Camera.Id, $"quarantined: {slot.Quarantine?.Cause}"))
            .Concat(reconciliation.WorkersWithoutLease().Select(worker => (worker.CameraId, $"open without a lease, worker {worker.Pid}")))
            .Concat(alerts.Found.Where(alert => alert is { Severity: AlertSeverity.Critical } && alert.Rule.BlocksCamera())
                .Select(alert => (alert.Subject.Length > 0 ? alert.Subject : alert.Node, $"{alert.What} {alert.Done}")))
            .GroupBy(one => one.Item1, one => (object)one.Item2)
            .ToDictionary(group => group.Key, group => group.First());
        return Task.FromResult(found.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("Cameras that nobody can have.", data: found));
    }

    /// <summary>The list, for people and for probes that keep what they read.</summary>
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new { Status = report.Status.ToString(), Cameras = report.Entries.SelectMany(entry => entry.Value.Data).ToDictionary() },
        context.RequestAborted);
}

internal static class CameraHealthEndpoints
{
    public static void MapCameraHealth(this IEndpointRouteBuilder routes) => routes.MapHealthChecks("/health/cameras", new HealthCheckOptions
    {
        Predicate = check => check.Tags.Contains(CameraHealth.Tag),
        ResponseWriter = CameraHealth.WriteAsync,
    });
}
