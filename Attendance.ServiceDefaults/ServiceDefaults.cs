using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Adds what every service of the system needs: telemetry, health checks, service discovery, resilient HTTP and an orderly shutdown.
/// </summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Marks a health check that concerns the service's work and not its readiness. Such checks are left out of <c>/health</c> and have their
    /// own address.
    /// </summary>
    public const string NotReadinessTag = "aside";

    private const string Live = "live";
    private static readonly string[] s_repetitive = ["Microsoft.Extensions.Diagnostics.HealthChecks", "StackExchange.Redis", "Polly"];

    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        // These frameworks log complete addresses at Information, and an address of this system can contain the secret id of a lease.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);

        // These log an error or a warning at each poll, attempt and reconnection while another system is down. This system reports such an
        // outage itself, once, with a log record or an alert.
        foreach (var category in s_repetitive)
        {
            builder.Logging.AddFilter(category, LogLevel.Critical);
        }

        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [Live]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        builder.Services.AddHostedService<ExitWithParent>();
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c>, which reports whether the service is ready by all checks without <see cref="NotReadinessTag"/>, and <c>/alive</c>,
    /// which answers as long as the process does.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions
        {
            Predicate = check => !check.Tags.Contains(NotReadinessTag),
            ResponseWriter = (context, report) => context.Response.WriteAsJsonAsync(
                new { status = report.Status.ToString(), version = ProductVersion.Text }, context.RequestAborted),
        }).AllowAnonymous();
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Live) }).AllowAnonymous();
        return app;
    }
}
