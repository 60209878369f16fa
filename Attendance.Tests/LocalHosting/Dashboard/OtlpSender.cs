using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Attendance.Otlp;
using Google.Protobuf;

namespace Attendance.Tests.LocalHosting.Dashboard;

/// <summary>Sends OTLP as an exporter does, and says what it was answered.</summary>
internal sealed class OtlpSender(Uri receiver, string? key) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = receiver };

    public Task<string> SendAsync(ExportLogsServiceRequest logs, CancellationToken cancellationToken) =>
        SendAsync("logs.v1.LogsService", logs, cancellationToken);

    public Task<string> SendAsync(ExportTraceServiceRequest traces, CancellationToken cancellationToken) =>
        SendAsync("trace.v1.TraceService", traces, cancellationToken);

    public Task<string> SendAsync(ExportMetricsServiceRequest metrics, CancellationToken cancellationToken) =>
        SendAsync("metrics.v1.MetricsService", metrics, cancellationToken);

    public static Otlp.Resource Resource(string name) => new() { Attributes = { Attribute("service.name", name) } };

    public static KeyValue Attribute(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    public static ByteString Id(int number, int length)
    {
        var id = new byte[length];
        BinaryPrimitives.WriteInt32BigEndian(id, number);
        return ByteString.CopyFrom(id);
    }

    public static ulong Nanoseconds(DateTimeOffset at) => (ulong)at.ToUnixTimeMilliseconds() * 1_000_000;

    public void Dispose() => _client.Dispose();

    /// <returns>gRPC's status: "0" is success, "16" that the caller is not known.</returns>
    private async Task<string> SendAsync(string service, IMessage message, CancellationToken cancellationToken)
    {
        // A frame of gRPC: not compressed, its length, the message.
        var body = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - 5);
        message.WriteTo(body.AsSpan(5));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/opentelemetry.proto.collector.{service}/Export")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (key is not null)
        {
            request.Headers.Add("x-otlp-api-key", key);
        }

        using var response = await _client.SendAsync(request, cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.TrailingHeaders.TryGetValues("grpc-status", out var status) || response.Headers.TryGetValues("grpc-status", out status)
            ? status.Single()
            : $"HTTP {(int)response.StatusCode}";
    }
}
