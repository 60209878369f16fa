using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

/// <summary>Whether every camera of a camera API can be had: what <c>/health/cameras</c> says, in words for the dashboard.</summary>
internal sealed class CameraHealthCheck(EndpointReference cameraApi) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client = ServiceClient.Create(s_patience);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri(new Uri(cameraApi.Url), "/health/cameras"), cancellationToken);
            var answer = await response.Content.ReadFromJsonAsync<Answer>(ServiceJson.Options, cancellationToken);
            return response.IsSuccessStatusCode
                ? HealthCheckResult.Healthy("Every camera is held by a lease or free.")
                : HealthCheckResult.Unhealthy(answer?.Summary ?? $"The camera API answered {(int)response.StatusCode}.");
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or InvalidOperationException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy("The camera API does not answer.");
        }
    }

    public void Dispose() => _client.Dispose();

    private sealed record Answer(string? Summary);
}

internal static class CameraHealthCheckBuilderExtensions
{
    /// <summary>A camera that leaks or is in quarantine shows as "Running (Unhealthy)", with the camera and the remedy in the report.</summary>
    public static IResourceBuilder<ProjectResource> WithCameraHealthCheck(this IResourceBuilder<ProjectResource> cameraApi)
    {
        var key = $"{cameraApi.Resource.Name}-cameras";
        var check = new CameraHealthCheck(cameraApi.GetEndpoint("http"));
        cameraApi.ApplicationBuilder.Services.AddHealthChecks().AddCheck(key, check);
        return cameraApi.WithHealthCheck(key);
    }
}
