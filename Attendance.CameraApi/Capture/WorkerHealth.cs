using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.CameraApi.Capture;

/// <summary>Reports unhealthy if the capture worker's program is missing, because then no camera of this node can be opened.</summary>
internal sealed class WorkerHealth : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            WorkerCommand.Find();
            return Task.FromResult(HealthCheckResult.Healthy());
        }
        catch (FileNotFoundException exception)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy(exception.Message));
        }
    }
}
