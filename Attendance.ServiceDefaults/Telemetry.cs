using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Attendance.ServiceDefaults;

internal static class Telemetry
{
    /// <summary>Paths that a platform polls. Requests to them are not part of anything that a user did.</summary>
    private static readonly PathString[] s_probes = ["/health", "/alive", "/metrics"];

    /// <summary>
    /// Adds traces, metrics and logs, and exports them by OTLP if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector.
    /// </summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<LastFlush>(); // the service that is registered first is stopped last
        builder.Services.AddSingleton(services => new Redaction(services.GetRequiredService<IConfiguration>()));
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = false; // a request's scope contains its path, which may contain the secret id of a lease
            logging.AddProcessor(services => new LogRedaction(services.GetRequiredService<Redaction>()));
        });

        var propagator = new TraceContextOnly();
        DistributedContextPropagator.Current = propagator;
        builder.Services.AddSingleton<DistributedContextPropagator>(propagator); // by now, the web host has already registered the former one
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddAttributes(Missing(builder)))
            .WithMetrics(metrics => metrics
                .AddMeter(builder.Environment.ApplicationName)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .SetExemplarFilter(ExemplarFilterType.TraceBased)) // links a slow release to its trace
            .WithTracing(tracing => tracing
                .SetSampler(RequestedTraces.Sampler(builder.Configuration))
                .AddSource(builder.Environment.ApplicationName)
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation()
                .AddProcessor(services => new SpanRedaction(services.GetRequiredService<Redaction>())));

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.UseOtlpExporter();
        }
    }

    /// <summary>
    /// Returns the resource attributes that the environment does not set. Counters start at zero in each process, so the attributes must
    /// identify the process that counted.
    /// </summary>
    private static IEnumerable<KeyValuePair<string, object>> Missing(IHostApplicationBuilder builder)
    {
        var given = builder.Configuration["OTEL_RESOURCE_ATTRIBUTES"] ?? "";
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        yield return new("process.pid", (long)process.Id);
        yield return new("process.creation.time", process.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
        if (!given.Contains("service.instance.id=", StringComparison.Ordinal))
        {
            yield return new("service.instance.id", Guid.NewGuid().ToString());
        }

        if (builder.Configuration["OTEL_SERVICE_NAME"] is null && !given.Contains("service.name=", StringComparison.Ordinal))
        {
            yield return new("service.name", builder.Environment.ApplicationName);
        }
    }

    private static bool IsProbe(PathString path) => s_probes.Any(probe => path.StartsWithSegments(probe, StringComparison.OrdinalIgnoreCase));
}
