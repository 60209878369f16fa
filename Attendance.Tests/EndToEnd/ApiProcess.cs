using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>A camera API as ops run it, in a process of its own on a free port of this machine.</summary>
internal abstract class ApiProcess : IAsyncDisposable
{
    /// <summary>Who asks more often takes the time from who is asked.</summary>

    private readonly Process _process;
    private readonly TimeSpan _patience;
    private readonly StringBuilder _log = new();

    /// <param name="patience">Nothing that is asked of it takes so long.</param>
    protected ApiProcess(string store, string name, TimeSpan patience, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{StoreServer.FreePort()}");
        var start = Command([$"--urls={address}", $"--Node:Name={name}", .. settings]);
        start.Environment["ConnectionStrings__sessions"] = store;
        (Name, _patience) = (name, patience);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Http = new HttpClient { BaseAddress = address, Timeout = patience };
        Http.DefaultRequestHeaders.Add("X-Api-Key", AttendanceSystem.ApiKey);
    }

    public string Name { get; }

    public int Pid => _process.Id;

    public bool IsRunning => !_process.HasExited;

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

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

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected virtual int TtlSeconds => 30;

    public Task<HttpResponseMessage> AskAsync(string cameraId, string session, int? ttlSeconds = null, int waitSeconds = 0) => Http.PostAsJsonAsync(
        "/api/leases", new { session_id = session, camera_id = cameraId, ttl_seconds = ttlSeconds ?? TtlSeconds, wait_seconds = waitSeconds }, Cancel);

    public async Task<Lease> AcquireAsync(string cameraId, string session, int? ttlSeconds = null, int waitSeconds = 0)
    {
        using var response = await AskAsync(cameraId, session, ttlSeconds, waitSeconds);
        Assert.True(response.StatusCode == HttpStatusCode.Created, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync(Cancel)} {Log}");
        return Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }

    public async Task ReleaseAsync(Lease lease)
    {
        using var response = await Http.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public async Task<JsonElement> CameraAsync(string cameraId) => await Http.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}", Cancel);

    public async Task<string?> StateAsync(string cameraId) => (await CameraAsync(cameraId)).GetProperty("state").GetString();

    /// <summary>It may end it, and this waits until it has.</summary>
    /// <returns>The exit code; 128 and the signal where it was killed.</returns>
    public Task<int> SignalAsync(string signal)
    {
        Processes.Signal(Pid, signal);
        return ExitAsync();
    }

    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(Cancel).WaitAsync(_patience, Cancel);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (IsRunning)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(_patience);
        }

        _process.Dispose();
    }

    /// <summary>Any command of the same program, with the key; its output is the caller's to read.</summary>
    protected static ProcessStartInfo Command(string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Attendance.CameraApi"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Security__ApiKey"] = AttendanceSystem.ApiKey;
        return start;
    }

    /// <summary>Waits until it answers. If it does not, what it wrote is shown, and it is ended.</summary>
    protected async Task HealthyAsync(TimeSpan bound)
    {
        try
        {
            await Eventually.TrueAsync(IsHealthyAsync, bound, $"{Name} is healthy");
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Log);
            await DisposeAsync();
            throw;
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        Assert.True(IsRunning, Log);
        try
        {
            using var response = await Http.GetAsync("/health", Cancel);
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
}
