using OpenTelemetry.Metrics;

namespace Attendance.CameraApi.Telemetry;

/// <summary>The metrics as Prometheus reads them, for those who have the key.</summary>
internal static class Scraping
{
    public const string Path = "/metrics";

    public static void AddScraping(this IHostApplicationBuilder builder) =>
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddPrometheusExporter());

    public static void MapScraping(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint(Path).DisableHttpMetrics().ExcludeFromDescription();
}
