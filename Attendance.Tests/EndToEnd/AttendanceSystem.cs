using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Browser;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>The whole system, as its AppHost describes it, on free ports and with data of its own.</summary>
public sealed class AttendanceSystem : IAsyncDisposable
{
    public const string ApiKey = "0123456789abcdef0123456789abcdef";
    public const string AdminPassword = "a password of one's own";
    private const string FirstPassword = "generated-for-the-first-admin";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly IDistributedApplicationTestingBuilder _builder;
    private readonly DistributedApplication _app;
    private readonly DirectoryInfo _data;

    private AttendanceSystem(
        IDistributedApplicationTestingBuilder builder, DistributedApplication app, SignIn admin, DirectoryInfo data)
    {
        (_builder, _app, Admin, _data) = (builder, app, admin, data);
        Api = app.CreateHttpClient("camera-api");
        Api.DefaultRequestHeaders.Add("X-Api-Key", ApiKey);
        Visitor = app.CreateHttpClient("web");
        Operator = app.CreateHttpClient("web");
        Operator.DefaultRequestHeaders.Add("Cookie", admin.Header);
    }

    /// <summary>The camera API, with its key.</summary>
    public HttpClient Api { get; }

    /// <summary>The front end, as anybody may use it.</summary>
    public HttpClient Visitor { get; }

    /// <summary>The front end, as those may use it who are signed in.</summary>
    public HttpClient Operator { get; }

    /// <summary>The first administrator, who has signed in and chosen a password.</summary>
    internal SignIn Admin { get; }

    internal DistributedApplication App => _app;

    public Uri Web => _app.GetEndpoint("web");

    /// <summary>Where everything lies that it keeps.</summary>
    public string DataFolder => _data.FullName;

    public static async Task<AttendanceSystem> StartAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_patience);
        var data = Directory.CreateTempSubdirectory("attendance-system-");
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Attendance_AppHost>(
            [
                $"--Parameters:api-key={ApiKey}", $"--Parameters:admin-password={FirstPassword}", $"--DataDirectory={data.FullName}",
                "--Discovery:Enabled=false", .. arguments,
            ],
            bound.Token);
        var app = await builder.BuildAsync(bound.Token);
        await app.StartAsync(bound.Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("web", bound.Token);
        return new AttendanceSystem(
            builder, app, await SignIn.AtAsync(app.GetEndpoint("web"), "admin", FirstPassword, AdminPassword, bound.Token), data);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        Visitor.Dispose();
        Operator.Dispose();
        await _app.DisposeAsync();
        await _builder.DisposeAsync();
        _data.Delete(recursive: true);
    }

    /// <summary>A window in which the administrator is signed in. The caller disposes of it.</summary>
    internal async Task<IBrowserContext> WindowAsync(ChromiumBrowser chromium, CancellationToken cancellationToken)
    {
        var window = await chromium.NewContextAsync(null, cancellationToken);
        await Admin.GiveToAsync(window, Web);
        return window;
    }

    /// <summary>A browser that can be killed, in which the administrator is signed in. The caller disposes of it.</summary>
    internal async Task<ChromiumProcess> BrowserAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var browser = await ChromiumProcess.StartAsync(cancellationToken, arguments);
        await Admin.GiveToAsync(browser, Web, new Uri("http://127.0.0.1")); // as a network that a test puts between them is called
        return browser;
    }

    /// <summary>The presence socket of a page of Web, whose operator is signed in. The caller disposes of it.</summary>
    /// <param name="web">Another way to it.</param>
    internal Task<PageSocket> SocketAsync(string sessionId, Uri? web = null, params (string Name, string Value)[] headers) =>
        PageSocket.OpenAsync(web ?? Web, sessionId, [("Cookie", Admin.Header), .. headers]);

    public async Task<Lease> AcquireAsync(string cameraId, string sessionId, int? ttlSeconds = null)
    {
        using var response = await Api.PostAsJsonAsync("/api/leases", new { session_id = sessionId, camera_id = cameraId, ttl_seconds = ttlSeconds });
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>For the next test: nothing is held.</summary>
    public async Task ReleaseAllAsync() => (await Api.PostAsJsonAsync("/api/camera/cleanup/", new { force = true })).Dispose();

    public Task<JsonElement> StatusAsync() => Api.GetFromJsonAsync<JsonElement>("/api/camera/status/");

    public async Task<int> ActiveCamerasAsync() => (await StatusAsync()).GetProperty("active_cameras").GetInt32();

    public async Task<string> StateAsync(string cameraId) =>
        (await Api.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}")).GetProperty("state").GetString()!;

    /// <summary>The newest entry of a camera's ledger.</summary>
    public async Task<JsonElement> LastEndAsync(string cameraId) =>
        (await Api.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}/history")).GetProperty("items")[0];

    public async Task<bool> CommandAsync(string resource, string command, CancellationToken cancellationToken) =>
        (await _app.ResourceCommands.ExecuteCommandAsync(resource, command, cancellationToken)).Success;

    public Task HealthyAsync(string resource, CancellationToken cancellationToken) =>
        _app.ResourceNotifications.WaitForResourceHealthyAsync(resource, cancellationToken);

    public async Task<string> ConnectionStringAsync(CancellationToken cancellationToken) =>
        (await _app.GetConnectionStringAsync("sessions", cancellationToken))!;

    /// <summary>The process of a resource that runs.</summary>
    public async Task<int> ProcessAsync(string resource, CancellationToken cancellationToken)
    {
        var running = await _app.ResourceNotifications.WaitForResourceAsync(
            resource, change => change.Snapshot.State?.Text == KnownResourceStates.Running, cancellationToken);
        return Convert.ToInt32(
            running.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value, CultureInfo.InvariantCulture);
    }

    public async Task<int?> ExitCodeAsync(string resource, CancellationToken cancellationToken) =>
        (await _app.ResourceNotifications.WaitForResourceAsync(
            resource, change => KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text), cancellationToken)).Snapshot.ExitCode;

    /// <summary>What a resource has written so far.</summary>
    public async Task<string> LogAsync(string resource)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var lines = new List<string>();
        try
        {
            await foreach (var batch in _app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource).WithCancellation(enough.Token))
            {
                lines.AddRange(batch.Select(line => line.Content));
            }
        }
        catch (OperationCanceledException)
        {
            // That is all there is.
        }

        return string.Join('\n', lines);
    }
}

public sealed record Lease(string Id, string Ref, long FencingToken, string StreamUrl, string SnapshotUrl)
{
    public static Lease From(JsonElement json) => new(
        json.GetProperty("lease_id").GetString()!,
        json.GetProperty("lease_ref").GetString()!,
        json.GetProperty("fencing_token").GetInt64(),
        json.GetProperty("stream_url").GetString()!,
        json.GetProperty("snapshot_url").GetString()!);
}

/// <summary>Processes as the kernel sees them.</summary>
internal static class Processes
{
    /// <summary>Capture workers of the API whose process this is.</summary>
    public static IReadOnlyList<int> WorkersOf(int apiProcess) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(pid => CommandLine(pid).Contains($"\0capture\0--owner\0{apiProcess}:", StringComparison.Ordinal))];

    public static bool IsAlive(int pid)
    {
        try
        {
            // One that only waits to be reaped has nothing open any more.
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart()[0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until it is so, and says how long that took.</summary>
    public static async Task<TimeSpan> UntilAsync(Func<Task<bool>> isSo, TimeSpan bound, string what, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < bound, $"Not within {bound.TotalSeconds} s: {what}.");
            await Task.Delay(10, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(started);
    }

    public static Task<TimeSpan> UntilAsync(Func<bool> isSo, TimeSpan bound, string what, CancellationToken cancellationToken) =>
        UntilAsync(() => Task.FromResult(isSo()), bound, what, cancellationToken);

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
