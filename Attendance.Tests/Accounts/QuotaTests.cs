using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Attendance.ServiceDefaults;
using Attendance.Tests.Hosts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Tests that one account cannot use up what all accounts share.</summary>
public sealed class QuotaTests : IAsyncLifetime
{
    private RealCameraApi _api = null!;
    private WebServer _web = null!;
    private HttpClient _client = null!, _other = null!;
    private SignIn _signIn = null!;
    private MetricCollector<int> _reached = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await CameraApis.BorrowAsync(Cancel);
        _web = new WebServer(
            _api.Address, ("Accounts:OpenConnections", "2"), ("Accounts:WaitingWishes", "1"), ("Accounts:BrowserCameras", "2"), ("Accounts:PicturesPerMinute", "2"));
        _reached = new MetricCollector<int>(
            _web.Services.GetRequiredService<IMeterFactory>(), _web.Services.GetRequiredService<IHostEnvironment>().ApplicationName, "attendance.limit.reached");
        _signIn = await _web.SignInAsync();
        _client = _web.Client(_signIn);
        _other = _web.Client(await _web.SignInAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _reached.Dispose();
        _client.Dispose();
        _other.Dispose();
        await _web.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Streams_are_counted_while_they_are_open()
    {
        var path = $"/api/cameras/demo/stream?lease={(await _api.HoldByAnotherAsync("demo")).LeaseId}";
        using var first = await StreamAsync(_client, path);
        using var second = await StreamAsync(_client, path);

        using var third = await StreamAsync(_client, path);
        using var another = await StreamAsync(_other, path);

        await AssertTooManyAsync(third);
        AssertCounted("open_connections");
        Assert.Equal(HttpStatusCode.OK, another.StatusCode);
        first.Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await StreamAsync(_client, path);
                return again.StatusCode == HttpStatusCode.OK;
            },
            TimeSpan.FromSeconds(10), "a place is free again");
    }

    [Fact]
    public async Task Browsers_cameras_are_counted_and_one_that_was_leased_before_is_not_another()
    {
        foreach (var (id, expected) in ((string, HttpStatusCode)[])[("1", HttpStatusCode.Created), ("2", HttpStatusCode.Created), ("3", HttpStatusCode.TooManyRequests), ("1", HttpStatusCode.OK)])
        {
            using var response = await WishAsync(_client, $"browser-0000000000000000000000000000000{id}-0000000000000001");
            Assert.True(expected == response.StatusCode || (expected == HttpStatusCode.Created && response.IsSuccessStatusCode), $"{id}: {response.StatusCode} {await response.Content.ReadAsStringAsync(Cancel)}");
        }

        using var another = await WishAsync(_other, "browser-00000000000000000000000000000003-0000000000000001");
        Assert.True(another.IsSuccessStatusCode);
        AssertCounted("browser_cameras");
    }

    [Fact]
    public async Task Requests_that_wait_for_a_camera_are_counted()
    {
        TcpClient? waiting = null;
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    if (waiting is null || waiting.GetStream().DataAvailable) // the request below was there first, and this one was refused
                    {
                        waiting?.Dispose();
                        waiting = await SendHalfAWishAsync();
                    }

                    using var refused = await WishAsync(_client, "demo");
                    return refused.StatusCode == HttpStatusCode.TooManyRequests && !waiting.GetStream().DataAvailable;
                },
                TimeSpan.FromSeconds(20), "the second is refused while the first waits");
            AssertCounted("waiting_wishes");
            using var another = await WishAsync(_other, "demo");
            Assert.NotEqual(HttpStatusCode.TooManyRequests, another.StatusCode);
        }
        finally
        {
            waiting?.Dispose();
        }
    }

    [Fact]
    public async Task Pictures_are_counted()
    {
        for (var sent = 0; sent < 2; sent++)
        {
            using var picture = await _client.PostAsync(new Uri($"/api/people/{Guid.NewGuid()}/shots", UriKind.Relative), null, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, picture.StatusCode); // it has no page's token
        }

        using var third = await _client.PostAsync(new Uri($"/api/people/{Guid.NewGuid()}/shots", UriKind.Relative), null, Cancel);
        await AssertTooManyAsync(third);
        AssertCounted("pictures");
    }

    private void AssertCounted(string limit)
    {
        var counted = _reached.GetMeasurementSnapshot();
        Assert.NotEmpty(counted);
        Assert.All(counted, one => Assert.Equal(limit, one.Tags[ReachedLimits.Attribute]));
    }

    private static Task<HttpResponseMessage> StreamAsync(HttpClient client, string path) =>
        client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);

    /// <summary>Asks for a camera in a request whose body does not come, so it waits for as long as the connection is open.</summary>
    private async Task<TcpClient> SendHalfAWishAsync()
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, _web.Address.Port, Cancel);
        await connection.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST /api/leases HTTP/1.1\r\nHost: {_web.Address.Authority}\r\nCookie: {_signIn.Header}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"), Cancel);
        return connection;
    }

    private static Task<HttpResponseMessage> WishAsync(HttpClient client, string cameraId) =>
        client.PostAsJsonAsync("/api/leases", new { session_id = "camera_123456789_abc123", camera_id = cameraId }, Cancel);

    private static async Task AssertTooManyAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("too_many", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["code"]);
    }
}
