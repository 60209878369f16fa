using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Attendance.Benchmarks.Processes;

/// <summary>The camera API as a process of its own, as ops run it, with its default settings except those given here.</summary>
internal sealed class CameraApiServer : IAsyncDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(4);

    private readonly ChildProcess _process;

    private CameraApiServer(ChildProcess process, Uri address, string key, TimeSpan started)
    {
        (_process, ApiKey, StartedIn) = (process, key, started);
        Http = Client(address, key);
    }

    /// <summary>Whether the capture worker of this build is a native program.</summary>
    public static bool HasNativeWorker => !File.Exists(Path.Combine(AppContext.BaseDirectory, "worker", "Attendance.CameraWorker.dll"));

    public int Pid => _process.Pid;

    public string ApiKey { get; }

    public Uri Address => Http.BaseAddress!;

    /// <summary>A client that opens a connection for each call that is under way.</summary>
    public HttpClient Http { get; }

    /// <summary>The time from the start of the process until it reported itself healthy.</summary>
    public TimeSpan StartedIn { get; }

    /// <summary>Leaves out log messages below warnings, because reading them would take time from what is measured.</summary>
    public static async Task<CameraApiServer> StartAsync(
        RedisServer redis, string node, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var (address, key) = (new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}"), Guid.NewGuid().ToString("N"));
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Attendance.CameraApi"))
        {
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_URLS"] = address.ToString(),
                ["ConnectionStrings__sessions"] = redis.ConnectionString,
                ["Discovery__Enabled"] = "false",
                ["Logging__LogLevel__Default"] = "Warning",
                ["Node__Name"] = node,
                ["Security__ApiKey"] = key,
            },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var started = Stopwatch.GetTimestamp();
        var process = ChildProcess.Start(start);
        try
        {
            using var client = Client(address, key);
            await process.UntilAsync(() => IsHealthyAsync(client, cancellationToken), s_start, cancellationToken);
            return new CameraApiServer(process, address, key, Stopwatch.GetElapsedTime(started));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task<BorrowedCamera> AcquireAsync(string cameraId, string session, CancellationToken cancellationToken)
    {
        using var response = await Http.PostAsJsonAsync(
            "/api/leases", new { session_id = session, camera_id = cameraId, ttl_seconds = 600 }, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Created)
        {
            throw new InvalidOperationException(
                $"{cameraId}: {response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}\n{_process.Output}");
        }

        var lease = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return new(cameraId, lease.GetProperty("lease_id").GetString()!);
    }

    public async Task ReleaseAsync(BorrowedCamera camera, CancellationToken cancellationToken)
    {
        using var response = await Http.DeleteAsync(camera.LeaseUrl, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Kills the process and its workers. Nothing here needs to end in an orderly way.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    private static HttpClient Client(Uri address, string key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(2),
        };
        client.DefaultRequestHeaders.Add(WireHeaders.ApiKey, key);
        return client;
    }

    private static async Task<bool> IsHealthyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync("/health", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }
}

internal sealed record BorrowedCamera(string CameraId, string LeaseId)
{
    public string LeaseUrl => $"/api/leases/{LeaseId}";

    public string SnapshotUrl => $"/api/cameras/{CameraId}/snapshot?lease={LeaseId}";

    public string StreamUrl => $"/api/cameras/{CameraId}/stream?lease={LeaseId}";
}
