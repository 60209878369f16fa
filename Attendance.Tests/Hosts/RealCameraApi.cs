using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Views;
using Xunit;

namespace Attendance.Tests.Hosts;

/// <summary>A camera API in a process of its own, behind a proxy of the test's. What was borrowed by way of the proxy is known here.</summary>
internal sealed class RealCameraApi : IAsyncDisposable
{
    /// <summary>Longer than any test, for those who hold a camera without a page.</summary>
    private const int LongTtl = 600;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Func<NodeProcess, Task> _giveBack;
    private readonly List<LeaseResponse> _heldByOthers = [];

    public RealCameraApi(NodeProcess node, ApiProxy proxy, Func<NodeProcess, Task> giveBack) => (Node, Proxy, _giveBack) = (node, proxy, giveBack);

    public NodeProcess Node { get; }

    public ApiProxy Proxy { get; }

    public SocketProxy Presence => Proxy.Sockets;

    public Uri Address => Proxy.Address;

    /// <summary>Streams of pictures that are open.</summary>
    public int Viewers => Proxy.Open("/stream");

    public IReadOnlyList<PassedRequest> Requests => Proxy.Requests;

    public IReadOnlyList<PassedRequest> Cleanups => [.. Requests.Where(sent => sent.Target.StartsWith("/api/camera/cleanup", StringComparison.Ordinal))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The leases that are held, as the service says; of those that were granted by way of the proxy, or to <see cref="HoldByAnotherAsync"/>.</summary>
    public async Task<IReadOnlyList<LeaseResponse>> LiveAsync()
    {
        var cameras = (await Node.Http.GetFromJsonAsync<CamerasResponse>("/api/cameras?limit=500", WireJson.Options, Cancel))!.Cameras;
        var held = cameras.Where(camera => camera.State is CameraState.Held or CameraState.Opening or CameraState.Suspended).SelectMany(camera => camera.Holders).Select(holder => holder.LeaseRef).ToHashSet();
        return [.. Granted().Where(lease => held.Contains(lease.LeaseRef))];
    }

    /// <summary>How the others of those leases ended, in the words of the ledger. One that has just ended may have to be waited for.</summary>
    public async Task<IReadOnlyList<(LeaseResponse Lease, string Reason, string? Detail)>> EndedAsync()
    {
        var live = (await LiveAsync()).Select(lease => lease.LeaseId).ToHashSet();
        List<(LeaseResponse, string, string?)> ended = [];
        foreach (var lease in Granted().Where(lease => !live.Contains(lease.LeaseId)))
        {
            var end = await EndOfAsync(lease);
            ended.Add((lease, end.Reason, end.Detail));
        }

        return ended;
    }

    public async Task<HistoryItem> EndOfAsync(LeaseResponse lease)
    {
        HistoryItem? end = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await Node.Http.GetAsync($"/api/cameras/{lease.CameraId}/history", Cancel);
                end = response.StatusCode == HttpStatusCode.OK
                    ? (await response.Content.ReadFromJsonAsync<HistoryResponse>(WireJson.Options, Cancel))!.Items.FirstOrDefault(item => item.LeaseRef == lease.LeaseRef)
                    : null;
                return end is not null;
            },
            s_patience, $"the end of {lease.LeaseRef} on {lease.CameraId} is in the ledger");
        return end!;
    }

    /// <summary>Somebody else has the camera, without a page.</summary>
    public async Task<LeaseResponse> HoldByAnotherAsync(string cameraId, bool takeover = false, string? mode = null, string? role = null)
    {
        using var response = await Node.Http.PostAsJsonAsync(
            "/api/leases", new { session_id = $"another_{Guid.NewGuid():N}", camera_id = cameraId, ttl_seconds = LongTtl, takeover, mode, role }, Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Cancel));
        var lease = (await response.Content.ReadFromJsonAsync<LeaseResponse>(WireJson.Options, Cancel))!;
        lock (_heldByOthers)
        {
            _heldByOthers.Add(lease);
        }

        return lease;
    }

    /// <summary>Returns the state of a camera, or null if the catalog does not have it.</summary>
    public async Task<CameraState?> StateAsync(string cameraId) =>
        (await Node.Http.GetFromJsonAsync<CamerasResponse>("/api/cameras", WireJson.Options, Cancel))!.Cameras.SingleOrDefault(camera => camera.CameraId == cameraId)?.State;

    /// <summary>Ops free a camera that is held.</summary>
    public async Task ForceAsync(string cameraId)
    {
        using var response = await Node.Http.PostAsJsonAsync($"/api/cameras/{cameraId}/release", new OpsRequest("tests", "a test wants it"), WireJson.Requests, Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Says goodbye for a session, as its page may have done.</summary>
    public async Task LeaveAsync(string sessionId, string reason)
    {
        using var response = await Node.Http.PostAsJsonAsync("/api/camera/cleanup", new CleanupRequest(sessionId, Reason: reason), WireJson.Requests, Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Gives pages that say goodbye as long as they may have to come back, whatever they ask for: a machine that is slow is no failure.</summary>
    public void StretchGrace() => Proxy.ChangeRequest<CleanupRequest>(
        "/api/camera/cleanup", goodbye => goodbye.GraceMs > 0 ? goodbye with { GraceMs = CleanupRequest.MaxGraceMs } : goodbye);

    /// <summary>There is no way to it any more.</summary>
    public ValueTask GoAwayAsync() => Proxy.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await _giveBack(Node);
    }

    /// <summary>Every lease once, as it was told last.</summary>
    private IEnumerable<LeaseResponse> Granted()
    {
        var told = Requests.Where(sent => sent is { Method: "POST", Answer: not null } && sent.Target.TrimEnd('/') == "/api/leases")
            .Select(sent => JsonSerializer.Deserialize<LeaseResponse>(sent.Answer!, WireJson.Options)!);
        lock (_heldByOthers)
        {
            return [.. told.Concat(_heldByOthers).Where(lease => lease.LeaseId is not null).GroupBy(lease => lease.LeaseId).Select(same => same.Last())];
        }
    }
}
