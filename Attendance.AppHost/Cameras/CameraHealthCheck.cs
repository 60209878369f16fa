using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

/// <summary>
/// Checks whether every camera of a camera API is available. It shows the result of <c>/health/cameras</c> as text in the dashboard.
/// </summary>
internal sealed class CameraHealthCheck(EndpointReference cameraApi) : IHealthCheck, IDisposable
{
    private readonly ServiceProbe _probe = new(cameraApi, "/health/cameras");

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var response = await _probe.AskAsync(cancellationToken);
        return response switch
        {
            null => HealthCheckResult.Unhealthy("The camera API does not answer."),
            { IsSuccessStatusCode: true } => HealthCheckResult.Healthy("Every camera is held by a lease or free."),
            _ => HealthCheckResult.Unhealthy(await SummaryAsync(response, cancellationToken) ?? $"The camera API answered {(int)response.StatusCode}."),
        };
    }

    public void Dispose() => _probe.Dispose();

    private static async Task<string?> SummaryAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return (await response.Content.ReadFromJsonAsync<Answer>(WireJson.Kept, cancellationToken))?.Summary;
        }
        catch (Exception error) when (error is JsonException or HttpRequestException)
        {
            return null;
        }
    }

    private sealed record Answer(string? Summary = null);
}

internal static class CameraHealthCheckBuilderExtensions
{
    /// <summary>
    /// Adds a health check that shows a camera API as "Running (Unhealthy)" if a camera leaks or is in quarantine. The report names the camera
    /// and the remedy.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithCameraHealthCheck(this IResourceBuilder<ProjectResource> cameraApi)
    {
        var key = $"{cameraApi.Resource.Name}-cameras";
        var check = new CameraHealthCheck(cameraApi.GetEndpoint("http"));
        cameraApi.ApplicationBuilder.Services.AddHealthChecks().AddCheck(key, check);
        return cameraApi.WithHealthCheck(key);
    }
}
