using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Web in front of a recorded camera-api.</summary>
public abstract class WebTest : IAsyncLifetime
{
    private FakeCameraApi? _api;
    private WebServer? _web;
    private HttpClient? _client;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected FakeCameraApi Api => _api!;

    private protected WebServer Web => _web!;

    protected HttpClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeCameraApi.StartAsync(Cancel);
        _web = new WebServer(_api.Address);
        _client = _web.Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected static async Task<string?> CodeOfAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["code"];
    }

    /// <summary>Waits for what happens soon, and says what did not.</summary>
    protected static async Task EventuallyAsync(Func<bool> happened, string what, double withinSeconds = 20)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!happened())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < withinSeconds, $"Not within {withinSeconds} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
    }
}
