using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.V4l2;

/// <summary>The camera API as ops run it: a process of its own, a real store, and whatever devices are attached.</summary>
internal sealed class DeviceApi : IAsyncDisposable
{
    /// <summary>Nothing that this waits for takes so long; an emulated machine is twenty times slower than a real one.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(4);

    /// <summary>Who asks more often takes the time from who is asked.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private static readonly string[] s_settings =
    [
        "--Capture:OpenTimeout=00:02:00", "--Capture:StallTimeout=00:00:20", "--Capture:ReleaseTimeout=00:00:10", "--Leases:StoreTimeout=00:00:10",
    ];

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http;

    private DeviceApi(Process process, Uri address)
    {
        _process = process;
        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _http = new HttpClient { BaseAddress = address, Timeout = Patience * 2 };
        _http.DefaultRequestHeaders.Add("X-Api-Key", AttendanceSystem.ApiKey);
    }

    public int Pid => _process.Id;

    public bool IsRunning => !_process.HasExited;

    public Uri Address => _http.BaseAddress!;

    public HttpClient Http => _http;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Attendance.CameraApi");

    public static async Task<DeviceApi> StartAsync(StoreServer store, string node, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = Start([$"--urls={address}", $"--Node:Name={node}", .. s_settings, .. settings]);
        start.Environment["ConnectionStrings__sessions"] = store.ConnectionString;
        var api = new DeviceApi(Process.Start(start)!, address);
        try
        {
            await UntilAsync(api.IsHealthyAsync, "the API is healthy", s_start);
            return api;
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine(api.Log);
            await api.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it is so, and says how long that took.</summary>
    public static Task<TimeSpan> UntilAsync(Func<Task<bool>> isSo, string what, TimeSpan? bound = null) => Processes.UntilAsync(
        async () =>
        {
            if (await isSo())
            {
                return true;
            }

            await Task.Delay(s_interval, Cancel);
            return false;
        },
        bound ?? Patience,
        what,
        Cancel);

    /// <summary>Lists the cameras by the command, in a process of its own.</summary>
    public static async Task<string> ListCamerasAsync(Uri api, params (string Key, string Value)[] settings)
    {
        var start = Start(["list-cameras", $"--url={api}"]);
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }

    public Task<HttpResponseMessage> AskAsync(string cameraId, string session) =>
        _http.PostAsJsonAsync("/api/leases", new { session_id = session, camera_id = cameraId, ttl_seconds = 600 }, Cancel);

    public async Task<Lease> AcquireAsync(string cameraId, string session)
    {
        using var response = await AskAsync(cameraId, session);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Cancel) + Log);
        return Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }

    public async Task ReleaseAsync(Lease lease)
    {
        using var response = await _http.DeleteAsync($"/api/leases/{lease.Id}?reason=manual", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public async Task<JsonElement> CameraAsync(string cameraId) => await _http.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}", Cancel);

    public async Task<string?> StateAsync(string cameraId) => (await CameraAsync(cameraId)).GetProperty("state").GetString();

    /// <returns>The picture, and when it was taken.</returns>
    public async Task<(byte[] Jpeg, DateTimeOffset TakenAt)> SnapshotAsync(Lease lease)
    {
        using var response = await _http.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync(Cancel)} {Log}");
        var takenAt = DateTimeOffset.Parse(response.Headers.GetValues("X-Timestamp").Single(), CultureInfo.InvariantCulture);
        return (await response.Content.ReadAsByteArrayAsync(Cancel), takenAt);
    }

    /// <summary>Waits for several pictures taken from now on.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> DeliversAsync(Lease lease, string after)
    {
        const int enough = 3;
        var (newest, seen) = (DateTimeOffset.UtcNow, 0);
        try
        {
            return await UntilAsync(
                async () =>
                {
                    var (_, takenAt) = await SnapshotAsync(lease);
                    // When a picture was taken is counted back from the time it is asked for, so it differs a little each time.
                    if (takenAt > newest + TimeSpan.FromMilliseconds(20))
                    {
                        (newest, seen) = (takenAt, seen + 1);
                    }

                    return seen >= enough;
                },
                $"pictures come after {after}");
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Log);
            throw;
        }
    }

    /// <summary>Starts watching, as a browser does.</summary>
    public async Task<(HttpResponseMessage Response, Stream Stream)> WatchAsync(Lease lease)
    {
        var response = await _http.GetAsync(lease.StreamUrl, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("multipart/x-mixed-replace", response.Content.Headers.ContentType?.MediaType);
        return (response, await response.Content.ReadAsStreamAsync(Cancel));
    }

    /// <summary>Descriptors that the API has open, but for those of its HTTP and store connections, which come and go.</summary>
    public int Descriptors() => Directory.EnumerateFileSystemEntries($"/proc/{Pid}/fd").Count(descriptor => !IsSocketOrGone(descriptor));

    private static bool IsSocketOrGone(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name.StartsWith("socket:", StringComparison.Ordinal) is true;
        }
        catch (FileNotFoundException)
        {
            return true; // closed between being listed and being looked at
        }
    }

    /// <returns>The exit code; 128 and the signal where it was killed.</returns>
    public async Task<int> SignalAsync(string signal)
    {
        Processes.Signal(Pid, signal);
        await _process.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Security__ApiKey"] = AttendanceSystem.ApiKey;
        return start;
    }

    private async Task<bool> IsHealthyAsync()
    {
        Assert.True(IsRunning, Log);
        try
        {
            using var response = await _http.GetAsync("/health", Cancel);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A store, and an API that is started when a test needs one and none runs: some tests end it.</summary>
public sealed class DeviceApis : IAsyncDisposable
{
    private StoreServer? _store;
    private DeviceApi? _api;

    internal async Task<DeviceApi> RunningAsync()
    {
        if (_api is { IsRunning: true })
        {
            return _api;
        }

        await StopAsync();
        return _api = await DeviceApi.StartAsync(await StoreAsync(), "guest");
    }

    /// <summary>Redis where it is installed, otherwise Garnet.</summary>
    internal async Task<StoreServer> StoreAsync()
    {
        if (_store is null)
        {
            _store = new RedisStore();
            await _store.InitializeAsync();
            if (_store.Missing is not null)
            {
                _store = new GarnetStore();
                await _store.InitializeAsync();
            }
        }

        return _store;
    }

    internal async Task StopAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
            _api = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }
}
