using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Hosts;

/// <summary>A camera API as ops run it, in a process of its own on a free port of this machine.</summary>
internal abstract class ApiProcess : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly TimeSpan _patience;

    /// <param name="patience">Nothing that is asked of it takes so long.</param>
    protected ApiProcess(string store, string name, TimeSpan patience, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}");
        var start = Command([$"--urls={address}", $"--Node:Name={name}", .. settings]);
        start.Environment["ConnectionStrings__sessions"] = store;
        (Name, _patience) = (name, patience);
        _process = ServerProcess.Start(start);
        Http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = address, Timeout = patience };
        Http.DefaultRequestHeaders.Add("X-Api-Key", TestSecrets.ApiKey);
    }

    public string Name { get; }

    public int Pid => _process.Id;

    public bool IsRunning => _process.IsRunning;

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

    public string Log => _process.Output;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected virtual int TtlSeconds => 30;

    public Task<HttpResponseMessage> AskAsync(string cameraId, string session, int? ttlSeconds = null, int waitSeconds = 0, string? mode = null) => Http.PostAsJsonAsync(
        "/api/leases", new { session_id = session, camera_id = cameraId, ttl_seconds = ttlSeconds ?? TtlSeconds, wait_seconds = waitSeconds, mode }, Cancel);

    public async Task<Lease> AcquireAsync(string cameraId, string session, int? ttlSeconds = null, int waitSeconds = 0, string? mode = null)
    {
        using var response = await AskAsync(cameraId, session, ttlSeconds, waitSeconds, mode);
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
    public Task<int> SignalAsync(string signal) => _process.SignalAsync(signal, _patience);

    /// <returns>The exit code.</returns>
    public Task<int> ExitAsync() => _process.ExitAsync(_patience);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>Any command of the same program, with the key; its output is the caller's to read.</summary>
    protected static ProcessStartInfo Command(string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Attendance.CameraApi"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Security__ApiKey"] = TestSecrets.ApiKey;
        return start;
    }

    /// <summary>Waits until it answers. If it does not, what it wrote is shown, and it is ended.</summary>
    protected Task HealthyAsync(TimeSpan bound) => _process.HealthyAsync(Http, bound, $"{Name} is healthy");
}
