using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>Tests the programs of the images, with the settings of <c>deploy/compose.yaml</c>, by doing with them what users do.</summary>
public sealed class PublishedTests(PublishedPrograms published, RedisStore redis, PostgresServer postgres)
    : IClassFixture<PublishedPrograms>, IClassFixture<RedisStore>, IClassFixture<PostgresServer>
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> s_secrets = new()
    {
        ["API_KEY"] = "0123456789abcdef0123456789abcdef",
        ["ADMIN_PASSWORD"] = "a-password-of-the-first-day",
        ["DATABASE_PASSWORD"] = "unused: the test's server has its own",
        ["DATA_KEY"] = "fedcba9876543210fedcba9876543210",
        ["REDIS_PASSWORD"] = "unused: the test's server has its own",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_camera_API_lends_a_camera_shows_it_and_has_it_back()
    {
        await using var api = await StartCameraApiAsync(new(published, "camera-api"));
        using var client = Client(api.Port);

        for (var time = 1; time <= 2; time++)
        {
            using var lent = await BorrowAsync(client, $"deploy_session_{time}");
            Assert.Equal(HttpStatusCode.Created, lent.StatusCode); // answered after the first frame
            var lease = await lent.Content.ReadFromJsonAsync<JsonObject>(Cancel);

            var picture = await client.GetByteArrayAsync(lease!["snapshot_url"]!.GetValue<string>(), Cancel);
            Assert.Equal([0xFF, 0xD8, 0xFF], picture[..3]); // a JPEG
            Assert.True(picture.Length > 1000);

            using var back = await client.DeleteAsync($"/api/leases/{lease["lease_id"]}", Cancel);
            Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
        }

        Assert.Equal(0, await api.Process.SignalAsync("TERM")); // which is how an engine ends it
    }

    [Fact]
    public async Task Without_its_worker_the_camera_API_opens_no_camera_and_says_so()
    {
        await using var api = await StartCameraApiAsync(new(published, "camera-api") { App = await published.WithoutAsync("camera-api", "worker") }, isHealthy: false);
        using var client = Client(api.Port);

        using var health = await client.GetAsync("/health", Cancel);
        using var lease = await BorrowAsync(client, "deploy_session_1");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (health.StatusCode, lease.StatusCode));
        Assert.Matches("'worker/Attendance.CameraWorker[^']*' is missing", await lease.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Web_with_PostgreSQL_signs_the_first_administrator_in_and_shows_the_cameras_of_the_camera_API()
    {
        var database = await postgres.CreateDatabaseAsync(Cancel);
        await using var api = await StartCameraApiAsync(new(published, "camera-api"));
        var run = new ContainerRun(published, "web");
        await using var web = await StartAsync("web", run, environment =>
        {
            environment["services__camera-api__http__0"] = $"http://127.0.0.1:{api.Port}";
            environment["ConnectionStrings__attendance-db"] = database;
        });
        using var visit = new Visit(web.Address);

        (await visit.SignInAsync("admin", s_secrets["ADMIN_PASSWORD"])).Leads("/account/password?return=%2F");
        (await visit.ChangePasswordAsync(s_secrets["ADMIN_PASSWORD"], "another-password-entirely")).Leads("/");

        (await visit.GetAsync("/api/cameras")).Says(HttpStatusCode.OK, "A camera of the test"); // which the page of cameras asks for
        (await visit.GetAsync("/people")).Says(HttpStatusCode.OK, "<main");
        Assert.Empty(Directory.EnumerateFileSystemEntries(run.Data));
    }

    [Fact]
    public async Task Web_without_PostgreSQL_keeps_everything_in_its_volume()
    {
        var run = new ContainerRun(published, "web");
        await using (var web = await StartAsync("web", run, environment => environment.Remove("ConnectionStrings__attendance-db")))
        {
            await SignIn.AtAsync(web.Address, "admin", s_secrets["ADMIN_PASSWORD"], "another-password-entirely", Cancel);
        }

        await using var again = await StartAsync("web", run, environment => environment.Remove("ConnectionStrings__attendance-db"));
        using var visit = new Visit(again.Address);
        (await visit.SignInAsync("admin", "another-password-entirely")).Leads("/");
        (await visit.GetAsync("/people")).Says(HttpStatusCode.OK, "<main");
        Assert.Contains(Directory.EnumerateFiles(run.Data), file => Path.GetFileName(file) == "attendance.db");
    }

    private Task<Running> StartCameraApiAsync(ContainerRun run, bool isHealthy = true)
    {
        Assert.SkipWhen(redis.Missing is not null, redis.Missing ?? "");
        return StartAsync(
            "camera-api",
            run,
            environment =>
            {
                environment["ConnectionStrings__sessions"] = redis.ConnectionString;
                environment["Node__Name"] = Guid.NewGuid().ToString("N"); // tests share the store
                environment.Remove("Node__Address");
                environment["Cameras__test__Source"] = "test-pattern";
                environment["Cameras__test__Name"] = "A camera of the test";
            },
            isHealthy);
    }

    /// <summary>Starts a service with its settings in the compose file but for addresses, and waits until the compose file's own check finds it healthy.</summary>
    private static async Task<Running> StartAsync(string name, ContainerRun run, Action<Dictionary<string, string>> change, bool isHealthy = true)
    {
        var service = (await ComposeFile.ReadAsync(Cancel)).Services[name];
        var environment = service.Environment.ToDictionary(entry => entry.Key, entry => ComposeFile.Filled(entry.Value, s_secrets));
        change(environment);
        var port = ServerProcess.FreePort();
        var process = await run.StartAsync(port, environment);
        var check = service.Healthcheck.Test;
        Assert.Equal(["CMD", "bash", "-c"], check.SkipLast(1));
        var command = ComposeFile.Filled(check[^1], s_secrets).Replace("/8080 ", $"/{port} ", StringComparison.Ordinal);
        if (!isHealthy)
        {
            command = command.Replace("/health ", "/alive ", StringComparison.Ordinal);
        }

        await process.ReadyAsync(
            async () =>
            {
                await using var bash = ServerProcess.Start("bash", ["-c", command]);
                return await bash.ExitAsync() == 0;
            },
            s_start, $"{name} is healthy");
        return new Running(process, port);
    }

    private static HttpClient Client(int port)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Add("X-Api-Key", s_secrets["API_KEY"]);
        return client;
    }

    private static Task<HttpResponseMessage> BorrowAsync(HttpClient client, string session) =>
        client.PostAsJsonAsync("/api/leases", new { camera_id = "test", session_id = session }, Cancel);

    private sealed record Running(ServerProcess Process, int Port) : IAsyncDisposable
    {
        public Uri Address => new($"http://127.0.0.1:{Port}");

        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
