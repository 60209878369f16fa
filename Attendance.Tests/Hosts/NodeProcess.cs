using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Programs;

namespace Attendance.Tests.Hosts;

/// <summary>One of several camera APIs on one store. Discovery is off: all of them are on one machine.</summary>
internal sealed class NodeProcess : ApiProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private NodeProcess(string store, string name, string[] settings)
        : base(store, name, s_patience, ["--Discovery:Enabled=false", "--Logging:LogLevel:Default=Information", .. settings])
    {
    }

    /// <summary>Without waiting for it: it may be one that must not start.</summary>
    public static NodeProcess Start(string store, string name, params string[] settings) => new(store, name, settings);

    public static async Task<NodeProcess> StartAsync(string store, string name, params string[] settings)
    {
        var node = Start(store, name, settings);
        await node.HealthyAsync();
        return node;
    }

    public Task HealthyAsync() => HealthyAsync(s_patience);

    /// <summary>Waits until this node knows the others, and where they are.</summary>
    public Task KnowsAsync(params NodeProcess[] others) => Eventually.TrueAsync(
        async () => (await CamerasAsync()).Select(camera => camera.GetProperty("node").GetString()).Intersect(others.Select(other => other.Name)).Count() == others.Length,
        s_patience,
        $"{Name} knows {string.Join(", ", others.Select(other => other.Name))}");

    public async Task<IReadOnlyList<JsonElement>> CamerasAsync(string query = "") =>
        [.. (await Http.GetFromJsonAsync<JsonElement>("/api/cameras" + query, Cancel)).GetProperty("cameras").EnumerateArray()];

    /// <summary>Waits until a camera is in a state.</summary>
    public Task<TimeSpan> UntilAsync(string cameraId, string state) => Eventually.TrueAsync(async () => await StateAsync(cameraId) == state, s_patience, $"{cameraId} is {state}");

    public async Task<HttpStatusCode> RenewAsync(Lease lease)
    {
        using var response = await Http.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        return response.StatusCode;
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> HistoryAsync(string cameraId) =>
        [.. (await Http.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}/history", Cancel)).GetProperty("items").EnumerateArray()];

    public async Task<string?> LastReasonAsync(string cameraId) =>
        (await HistoryAsync(cameraId)) is [var last, ..] ? last.GetProperty("reason").GetString() : null;

    /// <summary>What is left once nothing is held: workers, and what the node itself calls a leak or a quarantine.</summary>
    public async Task<int> LeaksAsync()
    {
        await Eventually.TrueAsync(() => Processes.WorkersOf(Pid).Count == 0, s_patience, "no worker is left");
        var status = await Http.GetFromJsonAsync<JsonElement>("/api/camera/status", Cancel);
        return status.GetProperty("leaks").GetInt32() + status.GetProperty("quarantined").GetInt32() + status.GetProperty("active_cameras").GetInt32();
    }
}
