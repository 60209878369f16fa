using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Attendance.Tests.EndToEnd;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>One of several camera APIs on one store, in a process of its own. Discovery is off: all of them are on one machine.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private NodeProcess(string name, Process process, Uri address)
    {
        Name = name;
        _process = process;
        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Http = new HttpClient { BaseAddress = address, Timeout = s_patience };
        Http.DefaultRequestHeaders.Add("X-Api-Key", AttendanceSystem.ApiKey);
    }

    public string Name { get; }

    public int Pid => _process.Id;

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

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<NodeProcess> StartAsync(string store, string name, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Attendance.CameraApi"),
            [$"--urls={address}", $"--Node:Name={name}", "--Discovery:Enabled=false", "--Logging:LogLevel:Default=Information", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Security__ApiKey"] = AttendanceSystem.ApiKey;
        start.Environment["ConnectionStrings__sessions"] = store;
        var node = new NodeProcess(name, Process.Start(start)!, address);
        try
        {
            await Processes.UntilAsync(node.IsHealthyAsync, s_patience, $"{name} is healthy", Cancel);
            return node;
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine(node.Log);
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until this node knows the others, and where they are.</summary>
    public Task KnowsAsync(params NodeProcess[] others) => Processes.UntilAsync(
        async () => (await CamerasAsync()).Select(camera => camera.GetProperty("node").GetString()).Intersect(others.Select(other => other.Name)).Count() == others.Length,
        s_patience,
        $"{Name} knows {string.Join(", ", others.Select(other => other.Name))}",
        Cancel);

    public async Task<IReadOnlyList<JsonElement>> CamerasAsync(string query = "") =>
        [.. (await Http.GetFromJsonAsync<JsonElement>("/api/cameras" + query, Cancel)).GetProperty("cameras").EnumerateArray()];

    public Task<HttpResponseMessage> AskAsync(string cameraId, string session, int ttlSeconds = 30, int waitSeconds = 0) => Http.PostAsJsonAsync(
        "/api/leases", new { session_id = session, camera_id = cameraId, ttl_seconds = ttlSeconds, wait_seconds = waitSeconds }, Cancel);

    public async Task<Lease> AcquireAsync(string cameraId, string session, int ttlSeconds = 30, int waitSeconds = 0)
    {
        using var response = await AskAsync(cameraId, session, ttlSeconds, waitSeconds);
        Assert.True(response.StatusCode == HttpStatusCode.Created, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync(Cancel)} {Log}");
        return Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }

    public async Task<HttpStatusCode> RenewAsync(Lease lease)
    {
        using var response = await Http.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        return response.StatusCode;
    }

    public async Task ReleaseAsync(Lease lease)
    {
        using var response = await Http.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public async Task<JsonElement> CameraAsync(string cameraId) => await Http.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}", Cancel);

    public async Task<string?> StateAsync(string cameraId) => (await CameraAsync(cameraId)).GetProperty("state").GetString();

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> HistoryAsync(string cameraId) =>
        [.. (await Http.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}/history", Cancel)).GetProperty("items").EnumerateArray()];

    public async Task<string?> LastReasonAsync(string cameraId) =>
        (await HistoryAsync(cameraId)) is [var last, ..] ? last.GetProperty("reason").GetString() : null;

    public async Task KillAsync()
    {
        Processes.Signal(Pid, "KILL");
        await _process.WaitForExitAsync(Cancel).WaitAsync(s_patience, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_patience);
        }

        _process.Dispose();
    }

    private async Task<bool> IsHealthyAsync()
    {
        Assert.False(_process.HasExited, Log);
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
