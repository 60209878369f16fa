using Attendance.Web.Data;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.Web.Privacy;

/// <summary>Reports requests for deletion that have waited too long. Web works with them, so it is degraded and not unhealthy.</summary>
internal sealed class RequestHealth(IServiceScopeFactory scopes) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<DeletionRequests>().CountAsync(cancellationToken) is { Overdue: > 0 and var overdue }
                ? HealthCheckResult.Degraded($"{overdue} requests for deletion have waited too long: answer them at /privacy/requests.")
                : HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (DatabaseTrouble.Is(exception))
        {
            return HealthCheckResult.Healthy(); // DatabaseHealth reports that
        }
    }
}
