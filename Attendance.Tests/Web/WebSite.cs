using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Web in front of a real camera API, with a proxy in between, and clients of it.</summary>
internal sealed class WebSite : IAsyncDisposable
{
    private WebSite(RealCameraApi api) => (Api, Web) = (api, new WebServer(api.Address));

    public RealCameraApi Api { get; }

    public WebServer Web { get; }

    public SignIn Operator { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public HttpClient Visitor { get; private set; } = null!;

    public static async Task<WebSite> OpenAsync(RealCameraApi api)
    {
        var site = new WebSite(api);
        site.Operator = await site.Web.SignInAsync();
        site.Client = site.Web.Client(site.Operator);
        site.Visitor = site.Web.Client();
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Visitor.Dispose();
        await Web.DisposeAsync();
        await Api.DisposeAsync();
    }
}

/// <summary>
/// One Web for all tests of a class, whose start would take most of their time. Each test finds a camera API of which nothing is held, a proxy that
/// has seen nothing, and an empty log. Accounts stay; a test that counts them, or takes the camera API away, uses <see cref="WebTest.AloneAsync"/>.
/// </summary>
public sealed class SharedWeb : IAsyncLifetime
{
    private WebSite? _site;

    public ValueTask InitializeAsync() => default; // the first test that needs it starts it

    public async ValueTask DisposeAsync()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }
    }

    internal async Task<WebSite> ReadyAsync(CancellationToken cancellationToken)
    {
        if (_site is null)
        {
            _site = await WebSite.OpenAsync(await CameraApis.BorrowAsync(cancellationToken));
        }
        else
        {
            await CameraApis.FreeAsync(_site.Api.Node);
            _site.Api.Proxy.Forget();
            _site.Web.Logs.Clear();
        }

        return _site;
    }
}
