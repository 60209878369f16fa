using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Attendance.ServiceDefaults;

internal static class Telemetry
{
    /// <summary>Traces, metrics and logs; exported by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says so.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = false; // a request's scope holds its path, and a path of ours may hold a lease's secret
        });

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(builder.Environment.ApplicationName)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation())
            .WithTracing(tracing => tracing
                .AddSource(builder.Environment.ApplicationName)
                .AddAspNetCoreInstrumentation(options =>
                {
                    options.Filter = context => !IsHealthProbe(context.Request.Path);
                    options.EnrichWithHttpRequest = (activity, request) =>
                        activity.SetTag("url.path", SecretPaths.Redact(request.Path.Value));
                })
                .AddHttpClientInstrumentation(options =>
                    options.EnrichWithHttpRequestMessage = (activity, request) =>
                        RedactAddress(activity, request.RequestUri)));

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.UseOtlpExporter();
        }
    }

    private static void RedactAddress(Activity activity, Uri? address)
    {
        if (address is { IsAbsoluteUri: true })
        {
            activity.SetTag("url.full", address.GetLeftPart(UriPartial.Authority) + SecretPaths.Redact(address.AbsolutePath));
        }
    }

    private static bool IsHealthProbe(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || path.StartsWithSegments("/alive", StringComparison.Ordinal);
}
