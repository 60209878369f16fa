using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.CameraWorker;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>Tests that errors in the log can be counted: each is one event, and a health check or a poll does not repeat it.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class AlertLogTests(GarnetStore store) : IClassFixture<GarnetStore>
{
    private const int Polls = 25;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alert_is_one_error_however_often_the_health_is_asked_and_the_report_says_what_to_do()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has open is read from /proc.");
        var folder = Directory.CreateTempSubdirectory("attendance-alerts-");
        var film = Path.Combine(folder.FullName, "film.avi");
        TestFilm.Write(film, 160, 120, frameRate: 20, frames: 40, i => Scalar.All(20 + 5 * i));
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var node = await StartAsync(receiver, "alerts-a", $"--Cameras:film:Source=file:{film}", "--Alerts:ResolveAfter=00:00:05");
        await using (var worker = RunningWorker.StartAndOpen("file:" + film))
        {
            await worker.OpenedAsync(); // started by hand, without the API
            await Eventually.TrueAsync(async () => await HealthAsync(node) is { Status: HttpStatusCode.ServiceUnavailable }, s_patience, "the leak is found");
        }

        var (_, report) = await HealthAsync(node);
        Assert.Equal("Unhealthy", report.GetProperty("status").GetString());
        var camera = Assert.Single(report.GetProperty("cameras").EnumerateArray());
        Assert.Equal("film", camera.GetProperty("camera").GetString());
        Assert.Contains("The worker was killed.", camera.GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(camera.GetProperty("remedy").GetString()!);
        Assert.Contains("film", report.GetProperty("summary").GetString(), StringComparison.Ordinal);
        for (var i = 0; i < Polls; i++)
        {
            await HealthAsync(node);
        }

        // And healthy again by itself.
        await Eventually.TrueAsync(async () => await HealthAsync(node) is { Status: HttpStatusCode.OK }, s_patience, "it is over");
        await Eventually.TrueAsync(() => receiver.LogRecords.Any(record => record.Text.Contains("is resolved", StringComparison.Ordinal)), s_patience, "its end is told");
        var error = Assert.Single(receiver.LogRecords, record => record.IsError);
        Assert.StartsWith("ALERT leak (critical", error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(receiver.LogRecords, record => record.Text.Contains("Health check", StringComparison.Ordinal));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_store_that_is_away_is_one_error_until_it_is_back()
    {
        await using var away = new RedisStore();
        await away.InitializeAsync();
        Assert.SkipWhen(away.Missing is not null, away.Missing ?? "");
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var node = await NodeProcess.StartAsync(away.ConnectionString, "alerts-b", ["--Cameras:demo:Source=test-pattern", .. AspireSettings.For(receiver.Address)]);

        Processes.Signal(away.Pid, "KILL");
        await Eventually.TrueAsync(() => receiver.LogRecords.Any(record => record.IsError), s_patience, "it is told");
        var failures = Failures(receiver);
        for (var i = 0; i < Polls; i++)
        {
            using var unready = await node.Http.GetAsync("/health", Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, unready.StatusCode);
        }

        await Eventually.TrueAsync(() => Failures(receiver) > failures + Polls + 5, s_patience, "it is asked again and again");
        Assert.StartsWith("ALERT store_unreachable (critical", Assert.Single(receiver.LogRecords, record => record.IsError).Text, StringComparison.Ordinal);
        Assert.Single(receiver.LogRecords, record => record.IsWarning && record.Text.Contains("session store", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_is_away_is_told_once_however_often_the_health_is_asked()
    {
        await using var web = new WebServer(new Uri("http://127.0.0.1:1"));
        using var client = web.Client();
        using (var ready = await client.GetAsync("/health", Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }

        File.Move(Path.Combine(web.DataFolder, "attendance.db"), Path.Combine(web.DataFolder, "elsewhere.db"));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        for (var i = 0; i < Polls; i++)
        {
            using var unready = await client.GetAsync("/health", Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, unready.StatusCode);
        }

        var told = Assert.Single(web.Logs.GetSnapshot(), record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Warning && record.Message.Contains("database", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Error, told.Level);
        File.Move(Path.Combine(web.DataFolder, "elsewhere.db"), Path.Combine(web.DataFolder, "attendance.db"));
        using var well = await client.GetAsync("/health", Cancel);
        Assert.Equal(HttpStatusCode.OK, well.StatusCode);
        Assert.Single(web.Logs.GetSnapshot(), record => record.Message == "The database works again");
    }

    [Fact]
    public async Task A_database_server_that_has_stopped_is_reported_once_however_often_the_health_is_asked()
    {
        await using var postgres = new PostgresServer();
        await postgres.InitializeAsync();
        await using var web = new WebServer(new Uri("http://127.0.0.1:1"), ("ConnectionStrings:attendance-db", await postgres.CreateDatabaseAsync(Cancel)));
        using var client = web.Client();
        using (var ready = await client.GetAsync("/health", Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }

        await postgres.DisposeAsync();
        var before = web.Logs.GetSnapshot().Count(IsTold);
        for (var i = 0; i < Polls; i++)
        {
            using var unready = await client.GetAsync("/health", Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, unready.StatusCode);
        }

        var told = Assert.Single(web.Logs.GetSnapshot().Where(IsTold).Skip(before));
        Assert.StartsWith("The database does not answer", told.Message, StringComparison.Ordinal);

        static bool IsTold(Microsoft.Extensions.Logging.Testing.FakeLogRecord record) => record.Level >= Microsoft.Extensions.Logging.LogLevel.Warning;
    }

    [Fact]
    public async Task A_camera_api_that_is_away_is_told_once_however_often_a_page_asks()
    {
        await using var web = new WebServer(new Uri("http://127.0.0.1:1"));
        using var client = web.Client(await web.SignInAsync());
        for (var i = 0; i < Polls; i++)
        {
            using var refused = await client.GetAsync("/api/cameras", Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        Assert.Single(web.Logs.GetSnapshot(), record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Warning && record.Message.Contains("camera-api", StringComparison.Ordinal));
    }

    private Task<NodeProcess> StartAsync(OtlpReceiver receiver, string name, params string[] settings) =>
        NodeProcess.StartAsync(store.ConnectionString, name, [.. AspireSettings.For(receiver.Address), .. settings]);

    private static double Failures(OtlpReceiver receiver) =>
        receiver.Sum("attendance.store.duration", point => point.Attributes["attendance.store.outcome"] == "unavailable");

    private static async Task<(HttpStatusCode Status, JsonElement Report)> HealthAsync(NodeProcess node)
    {
        using var response = await node.Http.GetAsync("/health/cameras", Cancel);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }
}
