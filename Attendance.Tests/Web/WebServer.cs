using System.Net;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Attendance.Tests.Web;

/// <summary>
/// Web on a real socket. Several projects have a <c>Program</c>, so a type that only Web has names the assembly. The store
/// is down unless a setting says otherwise: nothing that a page shows may need it.
/// </summary>
internal sealed class WebServer : WebApplicationFactory<SecurityOptions>
{
    private readonly Dictionary<string, string?> _settings;

    public WebServer(Uri cameraApi, params (string Key, string? Value)[] settings)
    {
        _settings = new()
        {
            ["Services:camera-api:http:0"] = cameraApi.ToString(),
            ["Security:ApiKey"] = FakeCameraApi.Key,
            ["ConnectionStrings:sessions"] = "127.0.0.1:1,connectTimeout=200,connectRetry=0",
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
    }

    public Uri Address => new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public FakeLogCollector Logs => Services.GetFakeLogCollector();

    public HttpClient Client()
    {
        StartServer();
        return new HttpClient(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null, // a trace begins where a test says
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(_settings.GetValueOrDefault("environment") ?? "Production");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddFakeLogging());
    }
}
