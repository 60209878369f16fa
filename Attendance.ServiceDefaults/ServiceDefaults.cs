using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.ServiceDefaults;

/// <summary>Adds what every service of the system has: telemetry, health checks, service discovery, resilient HTTP, an orderly end.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Marks a health check that concerns the service's work and not its readiness, and so has an address of its own.</summary>
    public const string AsideTag = "aside";

    private const string Live = "live";
    private static readonly string[] s_repetitive = ["Microsoft.Extensions.Diagnostics.HealthChecks", "StackExchange.Redis", "Polly"];

    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        // These frameworks log whole addresses at Information, and an address of ours can hold a lease's secret.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);

        // These write an error or a warning at each poll, each attempt and each reconnection for as long as something is away. That it
        // is, its own log record or alert says once.
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
    /// Maps <c>/health</c>, which answers whether the service is ready by all checks but those set aside, and <c>/alive</c>, which answers
    /// while the process does.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions
        {
            Predicate = check => !check.Tags.Contains(AsideTag),
            ResponseWriter = (context, report) => context.Response.WriteAsJsonAsync(
                new { status = report.Status.ToString(), version = ProductVersion.Text }, context.RequestAborted),
        }).AllowAnonymous();
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Live) }).AllowAnonymous();
        return app;
    }
}
