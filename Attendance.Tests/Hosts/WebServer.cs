using System.Net;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Hosts;

/// <summary>
/// Web on a real socket, with a migrated database of its own in a folder that goes with it; in another folder it makes its own. Several projects have a <c>Program</c>, so a
/// type that only Web has names the assembly.
/// </summary>
internal sealed class WebServer : WebApplicationFactory<SecurityOptions>
{
    private readonly Dictionary<string, string?> _settings;
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("attendance-web-");
    private IHost? _host;

    public WebServer(Uri cameraApi, params (string Key, string? Value)[] settings)
    {
        _settings = new()
        {
            ["Services:camera-api:http:0"] = cameraApi.ToString(),
            ["Security:ApiKey"] = TestSecrets.ApiKey,
            ["Data:Folder"] = _data.FullName,
            ["DataProtection:Secret"] = TestSecrets.DataProtection,
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        if (_settings["Data:Folder"] == _data.FullName && !_settings.ContainsKey("ConnectionStrings:attendance-db"))
        {
            MigratedDatabase.PutInto(_data);
        }

        UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
    }

    public Uri Address => new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public FakeLogCollector Logs => Services.GetFakeLogCollector();

    public string DataFolder => _data.FullName;

    /// <summary>Changes services after Web has added its own.</summary>
    public Action<IServiceCollection>? Adjust { get; init; }

    /// <summary>Somebody who is signed in, without the pages and passwords that this takes, which have tests of their own.</summary>
    public async Task<SignIn> SignInAsync(AccountRole role = AccountRole.Operator)
    {
        StartServer();
        await using var scope = Services.CreateAsyncScope();
        var account = new Account { UserName = $"{role}-{Guid.NewGuid():N}", Role = role };
        Assert.True((await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account)).Succeeded);
        return await SignInAsync(account);
    }

    /// <summary>By a cookie that was given out this long ago.</summary>
    public async Task<SignIn> SignInAsync(Account account, TimeSpan age = default)
    {
        await using var scope = Services.CreateAsyncScope();
        var principal = await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<Account>>().CreateAsync(account);
        var scheme = IdentityConstants.ApplicationScheme;
        var cookie = Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(scheme);
        var properties = await Services.GetRequiredService<SignInSessions>().BeginAsync(account.Id);
        properties.IssuedUtc = TimeProvider.System.GetUtcNow() - age;
        properties.ExpiresUtc = properties.IssuedUtc + cookie.ExpireTimeSpan;
        return new(cookie.TicketDataFormat.Protect(new AuthenticationTicket(principal, properties, scheme)));
    }

    /// <param name="signIn">Null for a visitor.</param>
    public HttpClient Client(SignIn? signIn = null)
    {
        StartServer();
        var client = new HttpClient(new SocketsHttpHandler
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
        if (signIn is not null)
        {
            client.DefaultRequestHeaders.Add("Cookie", signIn.Header);
        }

        return client;
    }

    public override async ValueTask DisposeAsync()
    {
        var limiters = Interlocked.Exchange(ref _host, null) is { } host ? RateLimiters.Of(host.Services) : [];
        await base.DisposeAsync();
        foreach (var limiter in limiters)
        {
            limiter.Dispose();
        }

        if (_data.Exists)
        {
            SqliteConnection.ClearAllPools();
            _data.Delete(recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    protected override IHost CreateHost(IHostBuilder builder) => _host = base.CreateHost(builder);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(_settings.GetValueOrDefault("environment") ?? "Production");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddFakeLogging());
        if (Adjust is { } adjust)
        {
            builder.ConfigureTestServices(adjust);
        }
    }
}
