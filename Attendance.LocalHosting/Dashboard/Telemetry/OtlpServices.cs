using Attendance.Otlp;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Attendance.LocalHosting.Dashboard.Telemetry;

/// <summary>Nobody is heard who does not show this run's key.</summary>
internal sealed class OtlpKeyCheck(DashboardAccess access) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        access.IsOtlpKey(context.RequestHeaders.GetValue("x-otlp-api-key"))
            ? continuation(request, context)
            : throw new RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unauthenticated, "The header x-otlp-api-key is missing or wrong."));
}

internal sealed class OtlpLogs(LogStore logs) : LogsService.LogsServiceBase
{
    public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context)
    {
        logs.Add(
            from ofResource in request.ResourceLogs
            let resource = OtlpText.NameOf(ofResource.Resource)
            from ofScope in ofResource.ScopeLogs
            from record in ofScope.LogRecords
            select new LogEntry(
                0,
                resource,
                OtlpText.Time(record.TimeUnixNano == 0 ? record.ObservedTimeUnixNano : record.TimeUnixNano),
                record.SeverityNumber,
                record.SeverityText.Length == 0 ? LevelOf(record.SeverityNumber) : OtlpText.Cut(record.SeverityText),
                OtlpText.Cut(ofScope.Scope?.Name ?? ""),
                OtlpText.Of(record.Body),
                OtlpText.Id(record.TraceId),
                OtlpText.Id(record.SpanId),
                OtlpText.Of(record.Attributes)));
        return Task.FromResult(new ExportLogsServiceResponse());
    }

    private static string LevelOf(int severity) => severity switch
    {
        >= 21 => "Critical",
        >= 17 => "Error",
        >= 13 => "Warning",
        >= 9 => "Information",
        >= 5 => "Debug",
        _ => "Trace",
    };
}

internal sealed class OtlpTraces(TraceStore traces) : TraceService.TraceServiceBase
{
    public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
    {
        traces.Add(
            from ofResource in request.ResourceSpans
            let resource = OtlpText.NameOf(ofResource.Resource)
            from ofScope in ofResource.ScopeSpans
            from span in ofScope.Spans
            select Read(span, resource, ofScope.Scope?.Name ?? ""));
        return Task.FromResult(new ExportTraceServiceResponse());
    }

    private static SpanEntry Read(Span span, string resource, string scope) => new(
        OtlpText.Id(span.TraceId),
        OtlpText.Id(span.SpanId),
        OtlpText.Id(span.ParentSpanId),
        resource,
        OtlpText.Cut(scope),
        OtlpText.Cut(span.Name),
        span.Kind.ToString(),
        OtlpText.Time(span.StartTimeUnixNano),
        span.EndTimeUnixNano < span.StartTimeUnixNano ? 0 : OtlpText.Time(span.EndTimeUnixNano - span.StartTimeUnixNano),
        span.Status?.Code == Otlp.StatusCode.Error,
        OtlpText.Cut(span.Status?.Message ?? ""),
        OtlpText.Of(span.Attributes),
        [.. span.Events.Take(64).Select(one => new SpanEventEntry(OtlpText.Time(one.TimeUnixNano), OtlpText.Cut(one.Name), OtlpText.Of(one.Attributes)))]);
}

internal sealed class OtlpMetrics(MetricStore metrics) : MetricsService.MetricsServiceBase
{
    public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context)
    {
        foreach (var ofResource in request.ResourceMetrics)
        {
            foreach (var ofScope in ofResource.ScopeMetrics)
            {
                metrics.Add(OtlpText.NameOf(ofResource.Resource), OtlpText.Cut(ofScope.Scope?.Name ?? ""), ofScope.Metrics);
            }
        }

        return Task.FromResult(new ExportMetricsServiceResponse());
    }
}
