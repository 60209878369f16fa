using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.CameraApi.Alerts;

/// <summary>A receiver of webhooks that checks each signature as Standard Webhooks specifies: https://www.standardwebhooks.com.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    public const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();

    private WebhookReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single() + "/hook";

    /// <summary>All deliveries in the order of their arrival, including those that were refused.</summary>
    public IReadOnlyList<Received> All => [.. _received];

    /// <summary>The status of the answer to the n-th request; 200 by default.</summary>
    public Func<int, int> Answer { get; set; } = _ => StatusCodes.Status200OK;

    public static async Task<WebhookReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync(cancellationToken);
        return receiver;
    }

    public async Task<Received> NextAsync(Func<Received, bool> isIt, TimeSpan bound, CancellationToken cancellationToken)
    {
        await Eventually.TrueAsync(() => _received.Any(isIt), bound, "the webhook is told");
        return _received.First(isIt);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var (id, timestamp) = (context.Request.Headers["webhook-id"].ToString(), context.Request.Headers["webhook-timestamp"].ToString());
        var key = Convert.FromBase64String(Secret["whsec_".Length..]);
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
        var age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        _received.Enqueue(new Received(
            context.Request.Path,
            id,
            context.Request.Headers["webhook-signature"] == expected && age.Duration() < TimeSpan.FromMinutes(5),
            JsonSerializer.Deserialize<JsonElement>(body)));
        context.Response.StatusCode = Answer(_received.Count);
        context.Response.Headers.Location = "/elsewhere";
    }

    internal sealed record Received(string Path, string Id, bool IsSigned, JsonElement Body)
    {
        public string Type => Body.GetProperty("type").GetString()!;

        public JsonElement Alert => Body.GetProperty("data");

        public void AssertSigned() => Assert.True(IsSigned, "The signature is not right.");
    }
}
