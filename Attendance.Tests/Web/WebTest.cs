using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>A test of Web in front of a real camera API, with a proxy in between.</summary>
/// <param name="shared">The Web of all tests of the class; null to start one for each.</param>
public abstract class WebTest(SharedWeb? shared = null) : IAsyncLifetime
{
    /// <summary>The Web of this test, and its own one if it is not shared.</summary>
    private WebSite? _site, _own;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected RealCameraApi Api => _site!.Api;

    private protected WebServer Web => _site!.Web;

    /// <summary>The sign-in of an operator.</summary>
    private protected SignIn Operator => _site!.Operator;

    /// <summary>A client that sends the operator's cookie with every request.</summary>
    protected HttpClient Client => _site!.Client;

    /// <summary>A client that is not signed in.</summary>
    protected HttpClient Visitor => _site!.Visitor;

    public async ValueTask InitializeAsync()
    {
        if (shared is null)
        {
            await AloneAsync();
        }
        else
        {
            _site = await shared.ReadyAsync(Cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a Web for this test alone.</summary>
    private protected async Task AloneAsync() => await OpenAsync(await CameraApis.BorrowAsync(Cancel));

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

    private async Task OpenAsync(RealCameraApi api) => _site = _own = await WebSite.OpenAsync(api);

    private async Task CloseAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    protected static async Task<string?> CodeOfAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["code"];
    }
}
