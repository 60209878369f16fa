using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Upkeep;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.CameraApi.Alerts;

/// <summary>
/// Reports unhealthy while a camera is open for nobody or could not be proven to be free. The report names the camera and what to do.
/// </summary>
internal sealed class CameraHealth(CameraSlots slots, Reconciliation reconciliation, OpenAlerts alerts) : IHealthCheck
{
    public const string Tag = "cameras";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var found = Find().DistinctBy(trouble => trouble.Camera).ToList();
        return Task.FromResult(found.Count == 0
            ? HealthCheckResult.Healthy("Every camera can be had or is lent to somebody.")
            : HealthCheckResult.Unhealthy(
                string.Join(" ", found.Select(trouble => $"Camera {trouble.Camera}: {trouble.What} {trouble.Remedy}")),
                data: found.ToDictionary(trouble => trouble.Camera, trouble => (object)trouble)));
    }

    /// <summary>Writes the report, for people and for probes that record it.</summary>
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new CameraHealthResponse(
            report.Status.ToString(),
            string.Join(" ", report.Entries.Values.Select(entry => entry.Description)),
            [.. report.Entries.Values.SelectMany(entry => entry.Data.Values).OfType<CameraTrouble>()]),
        context.RequestAborted);

    /// <summary>Lists the problems. If a camera has several, the worst comes first.</summary>
    private IEnumerable<CameraTrouble> Find() =>
    [
        .. slots.All.Where(slot => slot.Quarantine is not null).Select(slot => new CameraTrouble(
            slot.Camera.Id, $"The camera could not be proven free: {slot.Quarantine?.Cause}", AlertRule.Quarantined.Remedy())),
        .. reconciliation.WorkersWithoutLease().Select(worker => new CameraTrouble(
            worker.CameraId, $"Capture worker {worker.Pid} has the camera open without a lease.", AlertRule.Leak.Remedy())),
        .. alerts.Found.Where(alert => alert is { Severity: AlertSeverity.Critical } && alert.Rule.BlocksCamera()).Select(alert => new CameraTrouble(
            alert.Subject.Length > 0 ? alert.Subject : $"of node {alert.Node}", $"{alert.What} {alert.Done}", alert.Remedy)),
    ];
}

/// <param name="Camera">The camera's id, or the node if the camera is not known.</param>
/// <param name="What">What is wrong and what was done about it.</param>
/// <param name="Remedy">What to do now.</param>
internal sealed record CameraTrouble(string Camera, string What, string Remedy);

/// <param name="Summary">The whole report in sentences, for displays that show one line.</param>
internal sealed record CameraHealthResponse(string Status, string Summary, IReadOnlyList<CameraTrouble> Cameras);

internal static class CameraHealthEndpoints
{
    public static void MapCameraHealth(this IEndpointRouteBuilder routes) => routes.MapHealthChecks("/health/cameras", new HealthCheckOptions
    {
        Predicate = check => check.Tags.Contains(CameraHealth.Tag),
        ResponseWriter = CameraHealth.WriteAsync,
    });
}
