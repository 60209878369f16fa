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

namespace Attendance.Tests.Hosts;

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

    /// <summary>The clock that the age of a delivery is checked by.</summary>
    public Func<DateTimeOffset> Now { get; set; } = TimeProvider.System.GetUtcNow;

    /// <summary>The keys that the signatures of a delivery are checked with.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [Secret];

    /// <summary>The status of the answer to the n-th request; 200 by default. Null: none.</summary>
    public Func<int, int?> Answer { get; set; } = _ => StatusCodes.Status200OK;

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
        var signatures = context.Request.Headers["webhook-signature"].ToString().Split(' ');
        var signedWith = Secrets.Where(secret => signatures.Contains(
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"))))).ToList();
        var age = Now() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        _received.Enqueue(new Received(
            context.Request.Path,
            id,
            age.Duration() < TimeSpan.FromMinutes(5) ? signedWith : [],
            JsonSerializer.Deserialize<JsonElement>(body)));
        if (Answer(_received.Count) is not { } answer)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted); // until whoever sent it gives up, or is killed
            return;
        }

        context.Response.StatusCode = answer;
        context.Response.Headers.Location = "/elsewhere";
    }

    internal sealed record Received(string Path, string Id, IReadOnlyList<string> SignedWith, JsonElement Body)
    {
        public string Type => Body.GetProperty("type").GetString()!;

        public JsonElement Data => Body.GetProperty("data");

        public string? Text(string name) => Data.GetProperty(name).GetString();

        public void AssertSigned() => Assert.True(SignedWith.Count > 0, "The signature is not right.");
    }
}
