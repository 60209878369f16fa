using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Three nodes on a real store. Each has a camera of its own, two called alike, and all share one.</summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    public const string Shared = "hall";

    private readonly StoreServer _store = new GarnetStore();
    private readonly List<NodeProcess> _nodes = [];

    internal NodeProcess One => _nodes[0];

    internal NodeProcess Two => _nodes[1];

    internal NodeProcess Three => _nodes[2];

    internal IReadOnlyList<NodeProcess> All => _nodes;

    internal string Store => _store.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        await _store.InitializeAsync();
        _nodes.AddRange(await Task.WhenAll(
            StartAsync("one", "--Cameras:door:Source=test-pattern", "--Cameras:desk:Source=test-pattern"),
            StartAsync("two", "--Cameras:gate:Source=test-pattern", "--Cameras:desk:Source=test-pattern"),
            StartAsync("three", "--Cameras:yard:Source=test-pattern", "--Cameras:yard:Width=1280", "--Cameras:yard:Height=720")));
        await Task.WhenAll(One.KnowsAsync(Two, Three), Two.KnowsAsync(One, Three), Three.KnowsAsync(One, Two));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _store.DisposeAsync();
    }

    private Task<NodeProcess> StartAsync(string name, params string[] cameras) => NodeProcess.StartAsync(
        _store.ConnectionString, name, [$"--Cameras:{Shared}:Source=test-pattern", $"--Cameras:{Shared}:Scope=lobby", .. cameras]);
}
