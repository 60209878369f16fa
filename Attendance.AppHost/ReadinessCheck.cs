using Microsoft.Extensions.Diagnostics.HealthChecks;

/// <summary>Reports healthy when the service answers <c>/health</c> with a success status.</summary>
internal sealed class ReadinessCheck(EndpointReference service) : IHealthCheck, IDisposable
{
    private readonly ServiceProbe _probe = new(service, "/health");

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var answer = await _probe.AskAsync(cancellationToken);
        return answer switch
        {
            null => HealthCheckResult.Unhealthy("The service does not answer."),
            { IsSuccessStatusCode: true } => HealthCheckResult.Healthy("The service is ready."),
            _ => HealthCheckResult.Unhealthy($"The service answered {(int)answer.StatusCode}; its log says why."),
        };
    }

    public void Dispose() => _probe.Dispose();
}
