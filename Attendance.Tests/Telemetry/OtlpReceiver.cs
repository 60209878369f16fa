using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Attendance.Tests.Telemetry.Protos;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>
/// A collector: takes what OTLP exporters send over gRPC. All spans and log records that arrive, and of measurements the
/// newest of each stream; all of it also as it came, to be searched. What is more than may be kept is refused, and that is known.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const long MaxBytes = 256 * 1024 * 1024;

    private readonly ConcurrentQueue<byte[]> _messages = new();
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<ReceivedLog> _logs = new();
    private readonly ConcurrentDictionary<string, ReceivedPoint> _points = new();
    private readonly WebApplication _app;
    private readonly bool _measurementsOnly;
    private long _bytes;

    private OtlpReceiver(WebApplicationBuilder builder, bool measurementsOnly)
    {
        _measurementsOnly = measurementsOnly;
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc();
        _app = builder.Build();
        _app.MapGrpcService<Traces>();
        _app.MapGrpcService<Metrics>();
        _app.MapGrpcService<Logs>();
    }

    public string Address => _app.Urls.Single();

    public IEnumerable<ReceivedSpan> Spans => _spans;

    public IEnumerable<ReceivedLog> LogRecords => _logs;

    public IEnumerable<ReceivedPoint> Points => _points.Values;

    /// <summary>Whether nothing was refused, so that anything missing was not sent.</summary>
    public bool HasEverything => Interlocked.Read(ref _bytes) <= MaxBytes;

    /// <param name="measurementsOnly">Keeps only the newest point of each stream, for runs of any length.</param>
    public static async Task<OtlpReceiver> StartAsync(CancellationToken cancellationToken, bool measurementsOnly = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var receiver = new OtlpReceiver(builder, measurementsOnly);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>
    /// What stands around a text, in anything that was received; null where it was not. Every string lies in a message as
    /// plain UTF-8, also those of fields that are not read here.
    /// </summary>
    public string? Around(string text) => Around(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Around(string)"/>
    public string? Around(byte[] wanted)
    {
        Assert.True(HasEverything && !_measurementsOnly, "More was sent than is kept: what is not found may have been sent all the same.");
        foreach (var message in _messages)
        {
            if (message.AsSpan().IndexOf(wanted) is var at and >= 0)
            {
                return Encoding.UTF8.GetString(message, Math.Max(0, at - 300), Math.Min(message.Length, at + 100) - Math.Max(0, at - 300));
            }
        }

        return null;
    }

    /// <summary>The sum over the newest points of an instrument, as far as they fit.</summary>
    public double Sum(string instrument, Func<ReceivedPoint, bool> fits) =>
        _points.Values.Where(point => point.Instrument.Name == instrument && fits(point)).Sum(point => point.Value);

    /// <returns>False where it is not to be kept.</returns>
    private bool Keep(IMessage message)
    {
        if (_measurementsOnly)
        {
            return false;
        }

        if (Interlocked.Add(ref _bytes, message.CalculateSize()) > MaxBytes)
        {
            throw new RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.ResourceExhausted, "This is a test's collector."));
        }

        _messages.Enqueue(message.ToByteArray());
        return true;
    }

    private void Take(ReceivedPoint point) => _points.AddOrUpdate(
        $"{point.Sender} {point.Instrument.Name} {string.Join(' ', point.Attributes)}",
        point,
        (_, former) => point with { Traces = former.Traces.Union(point.Traces) });

    private sealed class Traces(OtlpReceiver receiver) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            foreach (var resource in receiver.Keep(request) ? request.ResourceSpans : [])
            {
                var sender = Sender.From(resource.Resource);
                foreach (var scope in resource.ScopeSpans)
                {
                    foreach (var span in scope.Spans)
                    {
                        receiver._spans.Enqueue(ReceivedSpan.From(sender, scope.Scope.Name, span));
                    }
                }
            }

            return Task.FromResult(new ExportTraceServiceResponse());
        }
    }

    private sealed class Logs(OtlpReceiver receiver) : LogsService.LogsServiceBase
    {
        public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context)
        {
            foreach (var resource in receiver.Keep(request) ? request.ResourceLogs : [])
            {
                var sender = Sender.From(resource.Resource);
                foreach (var record in resource.ScopeLogs.SelectMany(scope => scope.LogRecords))
                {
                    receiver._logs.Enqueue(new(sender, record.SeverityNumber, Values.Text(record.Body), Values.Hex(record.TraceId), Values.From(record.Attributes)));
                }
            }

            return Task.FromResult(new ExportLogsServiceResponse());
        }
    }

    private sealed class Metrics(OtlpReceiver receiver) : MetricsService.MetricsServiceBase
    {
        public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context)
        {
            receiver.Keep(request);
            foreach (var resource in request.ResourceMetrics)
            {
                var sender = Sender.From(resource.Resource);
                foreach (var scope in resource.ScopeMetrics)
                {
                    foreach (var point in scope.Metrics.SelectMany(metric => Points(sender, scope.Scope.Name, metric)))
                    {
                        receiver.Take(point);
                    }
                }
            }

            return Task.FromResult(new ExportMetricsServiceResponse());
        }

        private static IEnumerable<ReceivedPoint> Points(Sender sender, string scope, Metric metric)
        {
            ReceivedInstrument Instrument(string kind) => new(scope, metric.Name, kind, metric.Unit, metric.Description);
            return metric.DataCase switch
            {
                Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.Select(point => new ReceivedPoint(
                    sender, Instrument("Histogram"), Values.From(point.Attributes), point.Count, Values.Time(point.TimeUnixNano),
                    [.. point.ExplicitBounds], TracesOf(point.Exemplars))),
                Metric.DataOneofCase.Sum => Numbers(metric.Sum.DataPoints, Instrument(metric.Sum.IsMonotonic ? "Counter" : "UpDownCounter")),
                Metric.DataOneofCase.Gauge => Numbers(metric.Gauge.DataPoints, Instrument("Gauge")),
                _ => [],
            };

            IEnumerable<ReceivedPoint> Numbers(IEnumerable<NumberDataPoint> points, ReceivedInstrument instrument) => points.Select(point => new ReceivedPoint(
                sender, instrument, Values.From(point.Attributes),
                point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble,
                Values.Time(point.TimeUnixNano), [], TracesOf(point.Exemplars)));
        }

        private static ImmutableHashSet<string> TracesOf(IEnumerable<Exemplar> exemplars) => [.. exemplars.Select(one => Values.Hex(one.TraceId))];
    }
}
