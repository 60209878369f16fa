using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Web in front of a real camera API, with a proxy in between.</summary>
public abstract class WebTest : IAsyncLifetime
{
    private RealCameraApi? _api;
    private WebServer? _web;
    private HttpClient? _client, _visitor;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected RealCameraApi Api => _api!;

    private protected WebServer Web => _web!;

    /// <summary>The sign-in of an operator.</summary>
    private protected SignIn Operator { get; private set; } = null!;

    /// <summary>A client that sends the operator's cookie with every request.</summary>
    protected HttpClient Client => _client!;

    /// <summary>A client that is not signed in.</summary>
    protected HttpClient Visitor => _visitor!;

    public async ValueTask InitializeAsync() => await OpenAsync(await CameraApis.BorrowAsync(Cancel));

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Puts Web in front of a camera API with these settings, for this test.</summary>
    private protected async Task UseAsync(params string[] settings)
    {
        await CloseAsync();
        await OpenAsync(await CameraApis.StartAsync(Cancel, settings));
    }

    /// <summary>Opens a window in which the operator is signed in. The caller disposes of it.</summary>
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

    /// <summary>Starts a browser that can be killed, in which the operator is signed in. The caller disposes of it.</summary>
    private protected async Task<ChromiumProcess> BrowserAsync()
    {
        var browser = await ChromiumProcess.StartAsync(Cancel);
        await Operator.GiveToAsync(browser, Web.Address);
        return browser;
    }

    private async Task OpenAsync(RealCameraApi api)
    {
        _api = api;
        _web = new WebServer(api.Address);
        Operator = await _web.SignInAsync();
        _client = _web.Client(Operator);
        _visitor = _web.Client();
    }

    private async Task CloseAsync()
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
    }

    protected static async Task<string?> CodeOfAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["code"];
    }
}
