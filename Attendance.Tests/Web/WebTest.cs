using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Attendance.Tests.Browser;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Web in front of a recorded camera-api.</summary>
public abstract class WebTest : IAsyncLifetime
{
    private FakeCameraApi? _api;
    private WebServer? _web;
    private HttpClient? _client, _visitor;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected FakeCameraApi Api => _api!;

    private protected WebServer Web => _web!;

    /// <summary>An operator who is signed in.</summary>
    private protected SignIn Operator { get; private set; } = null!;

    /// <summary>That operator's; every request with the cookie.</summary>
    protected HttpClient Client => _client!;

    /// <summary>Somebody who is not signed in.</summary>
    protected HttpClient Visitor => _visitor!;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeCameraApi.StartAsync(Cancel);
        _web = new WebServer(_api.Address);
        Operator = await _web.SignInAsync();
        _client = _web.Client(Operator);
        _visitor = _web.Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _visitor?.Dispose();
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

    /// <summary>A window in which the operator is signed in. The caller disposes of it.</summary>
    private protected async Task<IBrowserContext> WindowAsync(ChromiumBrowser chromium, BrowserNewContextOptions? options = null)
    {
        var window = await chromium.NewContextAsync(options, Cancel);
        await Operator.GiveToAsync(window, Web.Address);
        return window;
    }

    /// <summary>As <see cref="WindowAsync(ChromiumBrowser, BrowserNewContextOptions?)"/>, of a browser of its own.</summary>
    private protected async Task<IBrowserContext> WindowAsync(IBrowser browser)
    {
        var window = await browser.NewContextAsync();
        await Operator.GiveToAsync(window, Web.Address);
        return window;
    }

    /// <summary>A browser that can be killed, in which the operator is signed in. The caller disposes of it.</summary>
    private protected async Task<ChromiumProcess> BrowserAsync()
    {
        var browser = await ChromiumProcess.StartAsync(Cancel);
        await Operator.GiveToAsync(browser, Web.Address);
        return browser;
    }

    protected static async Task<string?> CodeOfAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["code"];
    }
}
