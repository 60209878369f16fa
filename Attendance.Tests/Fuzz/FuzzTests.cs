using System.Net;
using Attendance.CameraApi.Leases;
using Attendance.Tests.Accounts;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.Fuzz;

/// <summary>
/// Beside nothing else: a camera API in this process takes workers that other tests have started in it for leaks of its own, and ends
/// them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FuzzSuite
{
    internal const string Name = "Fuzz";
}

/// <summary>Tests that no request makes a service fail: no 5xx, no hang, no error in the log.</summary>
[Trait("Suite", "Fuzz")]
[Collection(FuzzSuite.Name)]
public sealed class FuzzTests(RedisStore store, PostgresServer postgres, ITestOutputHelper output)
    : IClassFixture<RedisStore>, IClassFixture<PostgresServer>, IAsyncLifetime
{
    private ApiServer? _api;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(store.Missing is not null, store.Missing ?? "");
        _api = new ApiServer(store.ConnectionString);
        _api.StartServer();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }
    }

    [Fact]
    public Task Nothing_that_is_sent_to_camera_api_makes_it_fail() => new FuzzRun(
        _api!.Address,
        _api.Services,
        [new("nobody", []), new("key", [$"X-Api-Key: {TestSecrets.ApiKey}"]), new("key", [$"X-Api-Key: {TestSecrets.ApiKey}"])],
        output).RunAsync();

    [Fact]
    public Task Nothing_that_is_sent_to_Web_with_SQLite_makes_it_fail() => FuzzWebAsync(null);

    [Fact]
    public async Task Nothing_that_is_sent_to_Web_with_PostgreSQL_makes_it_fail() => await FuzzWebAsync(await postgres.CreateMigratedDatabaseAsync(Cancel));

    private async Task FuzzWebAsync(string? database)
    {
        await using var web = new WebServer(
            _api!.Address, ("Security:ApiKey", TestSecrets.ApiKey), ("ConnectionStrings:attendance-db", database), ("Accounts:AttemptsPerMinute", "10000"))
        {
            Adjust = AccountSite.Adjust,
        };
        await new FuzzRun(
            new Uri($"http://127.0.0.1:{await StartAsync(web)}"),
            web.Services,
            [new("nobody", []), await AskerAsync(web, AccountRole.Operator), await AskerAsync(web, AccountRole.Admin), new("key", [$"X-Api-Key: {TestSecrets.ApiKey}"])],
            output).RunAsync();
    }

    private static async Task<int> StartAsync(WebServer web)
    {
        web.StartServer();
        await using var scope = web.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        var person = new Person { Id = new Guid("00000000-0000-4000-8000-000000000001"), CreatedAt = DateTime.UtcNow };
        person.Describe("Ada Lovelace", "A-17", "Engines", DateTime.UtcNow);
        db.People.Add(person);
        await db.SaveChangesAsync(Cancel);
        return web.Address.Port;
    }

    private static async Task<Asker> AskerAsync(WebServer web, AccountRole role)
    {
        var cookie = (await web.SignInAsync(role)).Header;
        using var client = web.Client();
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        using var page = await client.GetAsync(new Uri("/account/password", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var form = page.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("attendance-form=", StringComparison.Ordinal)).Split(';')[0];
        return new Asker(role.ToString(), [$"Cookie: {cookie}; {form}"], SignIn.TokenIn(await page.Content.ReadAsStringAsync(Cancel)));
    }

    /// <summary>A camera API in this process, so that its endpoints can be seen, with a camera.</summary>
    private sealed class ApiServer : WebApplicationFactory<LeaseOptions>
    {
        private readonly string _store;

        public ApiServer(string store)
        {
            _store = store;
            UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        }

        public Uri Address => new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseSetting("ConnectionStrings:sessions", _store);
            builder.UseSetting("Security:ApiKey", TestSecrets.ApiKey);
            builder.UseSetting("Discovery:Enabled", "false");
            builder.UseSetting("Cameras:demo:Source", "test-pattern");
            builder.ConfigureLogging(logging => logging.ClearProviders().AddFakeLogging());
        }
    }
}
