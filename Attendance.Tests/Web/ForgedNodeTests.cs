using System.Net;
using Attendance.Tests.Hosts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Tests an attacker who answers in place of camera-api, with content that would do harm on Web's origin.</summary>
public sealed class ForgedNodeTests(ChromiumBrowser chromium) : IAsyncLifetime
{
    private const string Script = "<script>document.title = 'forged'; window.forged = true</script>";

    private Func<HttpContext, Task> _answer = _ => Task.CompletedTask;
    private WebApplication? _forged;
    private WebServer? _web;
    private SignIn _operator = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _forged = builder.Build();
        _forged.Run(context => _answer(context));
        await _forged.StartAsync(Cancel);
        _web = new WebServer(new Uri(_forged.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
        _operator = await _web.SignInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _web!.DisposeAsync();
        await _forged!.DisposeAsync();
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/html; charset=utf-7")]
    [InlineData("TEXT/HTML")]
    [InlineData("image/svg+xml")]
    [InlineData("application/xhtml+xml")]
    [InlineData("text/xml")]
    [InlineData("text/javascript")]
    [InlineData("text/css")]
    [InlineData("application/pdf")]
    [InlineData("application/octet-stream")]
    [InlineData("multipart/mixed; boundary=frame")]
    [InlineData("multipart/x-mixed-replace")]
    [InlineData("multipart/x-mixed-replace; boundary=\"a b\"")]
    [InlineData(null)]
    public async Task A_content_type_that_camera_api_does_not_have_is_not_passed_on(string? type)
    {
        _answer = context => AnswerAsync(context, type, Script);
        using var client = _web!.Client(_operator);

        foreach (var target in (string[])["/api/cameras", "/api/cameras/demo", "/api/cameras/demo/stream", "/api/cameras/demo/snapshot"])
        {
            using var response = await client.GetAsync(new Uri(target, UriKind.Relative), Cancel);
            var text = await response.Content.ReadAsStringAsync(Cancel);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.DoesNotContain("forged", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_header_that_camera_api_does_not_have_is_not_passed_on()
    {
        string[] forged =
        [
            "Set-Cookie", "Location", "Refresh", "Link", "Clear-Site-Data", "Service-Worker-Allowed", "Access-Control-Allow-Origin", "SourceMap",
            "Content-Disposition", "WWW-Authenticate", "Strict-Transport-Security", "Alt-Svc", "Content-Encoding", "Server", "X-Something",
        ];
        _answer = context =>
        {
            foreach (var name in forged)
            {
                context.Response.Headers[name] = "forged=1";
            }

            context.Response.Headers.ContentSecurityPolicy = "script-src *";
            context.Response.Headers["X-Fencing-Token"] = "7";
            return AnswerAsync(context, "application/json; charset=utf-7", "{}", StatusCodes.Status302Found);
        };
        using var client = _web!.Client(_operator);

        using var response = await client.GetAsync(new Uri("/api/cameras/demo/snapshot", UriKind.Relative), Cancel);

        Assert.DoesNotContain(response.Headers.Concat(response.Content.Headers), header => forged.Contains(header.Key));
        Assert.DoesNotContain("script-src", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("7", response.Headers.GetValues("X-Fencing-Token").Single());
    }

    [Theory]
    [InlineData("document", HttpStatusCode.Forbidden)]
    [InlineData("iframe", HttpStatusCode.Forbidden)]
    [InlineData("image", HttpStatusCode.OK)]
    [InlineData("empty", HttpStatusCode.OK)]
    public async Task A_stream_whose_parts_are_pages_is_not_opened_as_one(string destination, HttpStatusCode expected)
    {
        _answer = context => AnswerAsync(context, "multipart/x-mixed-replace; boundary=b", $"--b\r\nContent-Type: text/html\r\n\r\n{Script}\r\n--b--");
        using var client = _web!.Client(_operator);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/cameras/demo/stream?lease=x");
        request.Headers.Add("Sec-Fetch-Dest", destination);

        using var response = await client.SendAsync(request, Cancel);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("image/jpeg")]
    [InlineData("application/json")]
    [Trait("Suite", "Browser")]
    public async Task A_script_does_not_run_on_our_origin(string type)
    {
        _answer = context => AnswerAsync(context, type, Script);
        await using var window = await chromium.NewContextAsync(null, Cancel);
        await _operator.GiveToAsync(window, _web!.Address);
        var page = await window.NewPageAsync();

        var response = await page.GotoAsync($"{_web.Address}api/cameras/demo/snapshot?lease=x");

        Assert.Contains("sandbox", response!.Headers["content-security-policy"], StringComparison.Ordinal);
        Assert.NotEqual("forged", await page.TitleAsync());
        Assert.False(await page.EvaluateAsync<bool>("() => window.forged === true"));
        Assert.Equal("null", await page.EvaluateAsync<string>("() => origin")); // an opaque origin cannot read what our pages can
    }

    private static Task AnswerAsync(HttpContext context, string? type, string body, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }
}
