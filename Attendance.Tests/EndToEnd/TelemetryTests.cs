using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>What leaves the system by OTLP, as a collector receives it.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class TelemetryTests
{
    private const string Session = "camera_123456789_abc123";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_acquire_and_release_is_exported_and_no_secret_is()
    {
        await using var collector = await Collector.StartAsync(Cancel);
        await using var system = await AttendanceSystem.StartAsync(Cancel, $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Address}");

        // By the way a page takes: through Web to the API.
        using var acquired = await system.Operator.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = "demo" }, Cancel);
        Assert.Equal(HttpStatusCode.Created, acquired.StatusCode);
        var lease = Lease.From(await acquired.Content.ReadFromJsonAsync<JsonElement>(Cancel));
        await using (var page = await system.SocketAsync(Session))
        {
            await page.HearAsync("hello");
        }

        using var snapshot = await system.Operator.GetAsync(lease.SnapshotUrl, Cancel);
        using var renewed = await system.Operator.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        using var released = await system.Operator.DeleteAsync($"/api/leases/{lease.Id}?reason=manual", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);

        string[] expected =
        [
            "camera.acquire", "camera.open", "camera.release", "camera.close", "store.acquire", "store.release",
            "attendance.camera.lease.active", "attendance.camera.lease.acquisitions", "attendance.camera.lease.releases",
            "attendance.camera.lease.duration", "attendance.camera.open.duration", "attendance.camera.release.duration",
            "attendance.camera.frames", "attendance.store.duration", "attendance.session.active", "attendance.session.lost",
            "/api/sessions/REDACTED/presence", lease.Ref,
        ];
        await Processes.UntilAsync(
            () => expected.All(collector.Received), TimeSpan.FromSeconds(30), "spans, instruments and logs arrive", Cancel);
        Assert.Null(collector.Around(lease.Id));
        Assert.Null(collector.Around(Session));
        Assert.Null(collector.Around(AttendanceSystem.ApiKey));
    }

    /// <summary>Takes what OTLP exporters send over gRPC and keeps the bytes: names and values lie in them as plain UTF-8.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly ConcurrentBag<string> _received = [];
        private readonly WebApplication _app;

        private Collector(WebApplication app) => _app = app;

        public string Address => _app.Urls.Single();

        public static async Task<Collector> StartAsync(CancellationToken cancellationToken)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(collector.TakeAsync);
            await app.StartAsync(cancellationToken);
            return collector;
        }

        public bool Received(string text) => _received.Any(message => message.Contains(text, StringComparison.Ordinal));

        /// <summary>What stands before the text, to find who sent it; null where it was not received.</summary>
        public string? Around(string text) =>
            _received.FirstOrDefault(message => message.Contains(text, StringComparison.Ordinal)) is { } found
                ? found[Math.Max(0, found.IndexOf(text, StringComparison.Ordinal) - 400)..found.IndexOf(text, StringComparison.Ordinal)]
                : null;

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            _received.Add(Encoding.UTF8.GetString(body.ToArray()));
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted); // an empty answer: not compressed, no bytes
        }
    }
}
