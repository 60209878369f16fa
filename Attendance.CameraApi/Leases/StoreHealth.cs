using Attendance.CameraApi.Store;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.CameraApi.Leases;

internal sealed class StoreHealth(LeaseStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.PingAsync();
            return HealthCheckResult.Healthy();
        }
        catch (StoreUnavailableException)
        {
            return HealthCheckResult.Unhealthy("The session store does not answer: nothing can be acquired.");
        }
    }
}
