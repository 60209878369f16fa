using OpenTelemetry.Metrics;

namespace Attendance.CameraApi.Telemetry;

/// <summary>Serves the metrics in the Prometheus format, to clients that have the API key.</summary>
internal static class Scraping
{
    public const string Path = "/metrics";

    public static void AddScraping(this IHostApplicationBuilder builder) =>
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddPrometheusExporter());

    public static void MapScraping(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint(Path).DisableHttpMetrics().ExcludeFromDescription();
}
