using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.Web.Privacy;

/// <summary>
/// Reports requests for deletion that have waited too long, as the watch found them last. Web works with them, so it is degraded and not unhealthy. The database is not asked: platforms ask
/// for the health every few seconds, also while the database is away.
/// </summary>
internal sealed class RequestHealth(RequestWatch watch) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(watch.Overdue > 0
        ? HealthCheckResult.Degraded($"{watch.Overdue} requests for deletion have waited too long: answer them at /privacy/requests.")
        : HealthCheckResult.Healthy());
}
