using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

[assembly: AssemblyFixture(typeof(CameraApis))]

namespace Attendance.Tests.Hosts;

/// <summary>
/// Camera APIs for tests of Web and of its pages, each with a store of its own. The usual one has a test pattern as its only camera,
/// is lent to one test at a time, and goes from test to test, with nothing held: so a run starts as few as tests run at once.
/// </summary>
public sealed class CameraApis : IAsyncLifetime
{
    internal static readonly string[] Usual =
    [
        "--Cameras:demo:Source=test-pattern", "--Cameras:demo:Name=Reception desk", "--Cameras:demo:Tags:0=entrance",
        "--WebRtc:Addresses:0=127.0.0.1", // tests talk to this machine only
        "--Leases:Ttl=00:00:12", // so that there are renewals to see, and a busy machine is in time for them
    ];

    private static CameraApis? s_these;

    private readonly ConcurrentStack<NodeProcess> _idle = new();
    private readonly ConcurrentQueue<IAsyncDisposable> _started = new();

    public ValueTask InitializeAsync()
    {
        s_these = this;
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _started.Reverse())
        {
            await one.DisposeAsync();
        }
    }

    /// <summary>The usual one. The caller disposes of it.</summary>
    internal static async Task<RealCameraApi> BorrowAsync(CancellationToken cancellationToken)
    {
        var apis = s_these!;
        var node = apis._idle.TryPop(out var idle) ? idle : await apis.StartUsualAsync();
        return new RealCameraApi(node, await ApiProxy.StartAsync(node.Address, cancellationToken), apis.TakeBackAsync);
    }

    /// <summary>One with other settings, for one test. The caller disposes of it.</summary>
    internal static async Task<RealCameraApi> StartAsync(CancellationToken cancellationToken, params string[] settings)
    {
        var (node, store) = await StartAsync(settings);
        return new RealCameraApi(node, await ApiProxy.StartAsync(node.Address, cancellationToken), async one =>
        {
            await one.DisposeAsync();
            await store.DisposeAsync();
        });
    }

    private static async Task<(NodeProcess Node, StoreServer Store)> StartAsync(string[] settings)
    {
        StoreServer store = new RedisStore();
        await store.InitializeAsync();
        if (store.Missing is not null)
        {
            store = new GarnetStore();
            await store.InitializeAsync();
        }

        try
        {
            return (await NodeProcess.StartAsync(store.ConnectionString, "desk-1", settings), store);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private async Task<NodeProcess> StartUsualAsync()
    {
        var (node, store) = await StartAsync(Usual);
        _started.Enqueue(store);
        _started.Enqueue(node);
        return node;
    }

    /// <summary>Ends everything that is held there.</summary>
    /// <returns>Whether nothing is left.</returns>
    internal static async Task<bool> FreeAsync(NodeProcess node)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var response = await node.Http.PostAsJsonAsync("/api/camera/cleanup/", new CleanupRequest(Force: true), WireJson.Requests, patience.Token);
        return response.StatusCode == HttpStatusCode.OK && (await response.Content.ReadFromJsonAsync<CleanupResponse>(WireJson.Options, patience.Token))!.Failed.Count == 0;
    }

    /// <summary>For the next test: nothing is held. One in which something is left is not lent again.</summary>
    private async Task TakeBackAsync(NodeProcess node)
    {
        if (await FreeAsync(node))
        {
            _idle.Push(node);
        }
    }
}
