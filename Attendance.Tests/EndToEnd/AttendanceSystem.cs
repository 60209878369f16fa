using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>The whole system, as its AppHost describes it, on free ports and with data of its own.</summary>
public sealed class AttendanceSystem : IAsyncDisposable
{
    public const string AdminPassword = "a password of one's own";
    public const string DataKey = "a-data-key-of-the-tests-which-is-48-characters-long";
    private const string FirstPassword = "generated-for-the-first-admin";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(2);

    private readonly IDistributedApplicationTestingBuilder _builder;
    private readonly DistributedApplication _app;
    private readonly DirectoryInfo _data;

    private AttendanceSystem(
        IDistributedApplicationTestingBuilder builder, DistributedApplication app, SignIn admin, DirectoryInfo data)
    {
        (_builder, _app, Admin, _data) = (builder, app, admin, data);
        Api = ClientOf("camera-api");
        Api.DefaultRequestHeaders.Add("X-Api-Key", TestSecrets.ApiKey);
        Visitor = ClientOf("web");
        Operator = ClientOf("web");
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

    public Uri Web => AddressOf("web");

    /// <summary>Where everything lies that it keeps.</summary>
    public string DataFolder => _data.FullName;

    public static Task<AttendanceSystem> StartAsync(CancellationToken cancellationToken, params string[] arguments) =>
        StartAsync(RunWhatIsBuilt, arguments, cancellationToken);

    /// <summary>With a clock of its own for Web. The clocks of everything else are this machine's.</summary>
    internal static Task<AttendanceSystem> StartAsync(ProgramClock webClock, CancellationToken cancellationToken, params string[] arguments) => StartAsync(
        builder =>
        {
            RunWhatIsBuilt(builder);
            var web = builder.CreateResourceBuilder(builder.Resources.OfType<ProjectResource>().Single(project => project.Name == "web")).WithEnvironment("LD_PRELOAD", webClock.Library);
            foreach (var (name, value) in webClock.Environment)
            {
                web.WithEnvironment(name, value);
            }
        },
        arguments,
        cancellationToken);

    /// <summary>As its users start it: each project by <c>dotnet run</c>.</summary>
    public static Task<AttendanceSystem> StartWithDotnetRunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        StartAsync(_ => { }, arguments, cancellationToken);

    private static async Task<AttendanceSystem> StartAsync(
        Action<IDistributedApplicationTestingBuilder> prepare, string[] arguments, CancellationToken cancellationToken)
    {
        using var bound = Bounded(cancellationToken);
        var data = Directory.CreateTempSubdirectory("attendance-system-");
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Attendance_AppHost>(
            [
                $"--Parameters:api-key={TestSecrets.ApiKey}", $"--Parameters:admin-password={FirstPassword}", $"--DataDirectory={data.FullName}",
                $"--Parameters:data-key={DataKey}", "--Parameters:sessions-password=a-password-of-the-tests",
                "--Discovery:Enabled=false", .. arguments,
            ],
            bound.Token);
        prepare(builder);
        var app = await builder.BuildAsync(bound.Token);
        try
        {
            await app.StartAsync(bound.Token);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("web", WaitBehavior.StopOnResourceUnavailable, bound.Token);
            var admin = await SignIn.AtAsync(app.GetEndpoint("web", "http"), "admin", FirstPassword, AdminPassword, bound.Token);
            var system = new AttendanceSystem(builder, app, admin, data);
            await system.HealthyAsync("camera-api", bound.Token);
            return system;
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{await LogAsync(app, "sessions")}\n{await LogAsync(app, "camera-api")}\n{await LogAsync(app, "web")}");
            await app.DisposeAsync();
            await builder.DisposeAsync();
            throw;
        }
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

    public async Task<Lease> AcquireAsync(string cameraId, string sessionId, int? ttlSeconds = null, string? mode = null, string? role = null, bool takeover = false)
    {
        using var response = await Api.PostAsJsonAsync("/api/leases", new { session_id = sessionId, camera_id = cameraId, ttl_seconds = ttlSeconds, mode, role, takeover });
        if (response.StatusCode != HttpStatusCode.Created)
        {
            throw new HttpRequestException(await response.Content.ReadAsStringAsync(), null, response.StatusCode);
        }

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

    public Uri AddressOf(string resource) => _app.GetEndpoint(resource, "http");

    public async Task<bool> CommandAsync(string resource, string command, CancellationToken cancellationToken)
    {
        using var bound = Bounded(cancellationToken);
        return (await _app.ResourceCommands.ExecuteCommandAsync(resource, command, bound.Token)).Success;
    }

    /// <summary>Starts it again if a test has ended it.</summary>
    public async Task StartedAsync(string resource, CancellationToken cancellationToken)
    {
        // An end that a test has just caused is known to the orchestrator a moment later.
        if (!await IsHealthyAsync(resource, cancellationToken))
        {
            await ExitCodeAsync(resource, cancellationToken);
            Assert.True(await CommandAsync(resource, "start", cancellationToken));
            await HealthyAsync(resource, cancellationToken);
        }
    }

    /// <summary>Waits until it runs and says itself that it is well: what the orchestrator last heard may be of before a restart.</summary>
    public async Task HealthyAsync(string resource, CancellationToken cancellationToken)
    {
        using var bound = Bounded(cancellationToken);
        await _app.ResourceNotifications.WaitForResourceAsync(resource, KnownResourceStates.Running, bound.Token);
        await Eventually.TrueAsync(() => IsHealthyAsync(resource, bound.Token), s_patience, $"{resource} is healthy");
    }

    public async Task<string> ConnectionStringAsync(CancellationToken cancellationToken) =>
        (await _app.GetConnectionStringAsync("sessions", cancellationToken))!;

    /// <summary>The process of a resource that runs: the service itself, where <c>dotnet run</c> has started it.</summary>
    public async Task<int> ProcessAsync(string resource, CancellationToken cancellationToken)
    {
        using var bound = Bounded(cancellationToken);
        var running = await _app.ResourceNotifications.WaitForResourceAsync(
            resource,
            change => change.Snapshot.State?.Text == KnownResourceStates.Running && PidIn(change.Snapshot) is not null,
            bound.Token);
        var started = PidIn(running.Snapshot)!.Value;
        if (!Processes.CommandLine(started).StartsWith("dotnet\0run\0", StringComparison.Ordinal))
        {
            return started;
        }

        var service = 0;
        await Eventually.TrueAsync(
            () => (service = Processes.All().FirstOrDefault(pid => Processes.ParentOf(pid) == started)) != 0, s_patience, $"the service of {resource} runs");
        return service;
    }

    public async Task<int?> ExitCodeAsync(string resource, CancellationToken cancellationToken)
    {
        using var bound = Bounded(cancellationToken);
        return (await _app.ResourceNotifications.WaitForResourceAsync(
            resource, change => KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text), bound.Token)).Snapshot.ExitCode;
    }

    /// <summary>Everything that a resource has written so far.</summary>
    public Task<string> LogAsync(string resource) => LogAsync(_app, resource);

    /// <summary>An orchestrator that has died says nothing any more, and would be waited for without an end.</summary>
    private static CancellationTokenSource Bounded(CancellationToken cancellationToken)
    {
        var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_patience);
        return bound;
    }

    /// <summary>
    /// Makes the orchestrator start each project's program itself. By default it starts <c>dotnet run</c>, which reads the project first and
    /// takes seconds of processor time for that. Aspire adds
    /// the project's path and configuration to the arguments; the programs ignore both.
    /// </summary>
    private static void RunWhatIsBuilt(IDistributedApplicationTestingBuilder builder)
    {
        foreach (var project in builder.Resources.OfType<ProjectResource>())
        {
            var name = Path.GetFileNameWithoutExtension(project.GetProjectMetadata().ProjectPath);
            var program = Path.GetFullPath($"../../{name}/{Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))}/{name}.dll", AppContext.BaseDirectory);
#pragma warning disable ASPIREPROJECTS001 // may change in a later version
            project.Annotations.Add(new ProjectLaunchArgsOverrideAnnotation([program], null));
#pragma warning restore ASPIREPROJECTS001
        }
    }

    private static async Task<string> LogAsync(DistributedApplication app, string resource)
    {
        var one = app.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(known => known.Name == resource);
        var lines = new List<string>();
        await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(one))
        {
            lines.AddRange(batch.Select(line => line.Content));
        }

        return string.Join('\n', lines);
    }

    private static int? PidIn(CustomResourceSnapshot snapshot) =>
        snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } pid ? Convert.ToInt32(pid, CultureInfo.InvariantCulture) : null;

    /// <summary>Without retries and other kindness: tests want to see what a service answers.</summary>
    /// <summary>A client that keeps no connection for long: one to a process that was killed since would fail the next request.</summary>
    private HttpClient ClientOf(string resource) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null, UseProxy = false, UseCookies = false, AllowAutoRedirect = true, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1),
    })
    {
        BaseAddress = AddressOf(resource),
    };

    /// <summary>Also of one that is stopped in the middle of an answer, so it asks for a short time only.</summary>
    private async Task<bool> IsHealthyAsync(string resource, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_answer);
        try
        {
            if (resource == "sessions")
            {
                await using var redis = await ConnectionMultiplexer.ConnectAsync(await ConnectionStringAsync(cancellationToken));
                return await redis.GetDatabase().PingAsync() >= TimeSpan.Zero;
            }

            using var response = await Visitor.GetAsync(new Uri(AddressOf(resource), "/health"), bound.Token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or RedisException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
