using Attendance.CameraApi;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Attendance.Benchmarks.Scale;

/// <summary>
/// What one node asks of the store, through the code that a real one asks with. All that the simulation knows of the lease
/// store is here.
/// </summary>
internal sealed class SimulatedNode : IDisposable
{
    public static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private readonly LeaseStore _store;
    private readonly NodeStore _book;
    private readonly SessionNodes _sessions;
    private readonly Dictionary<string, StoredLease> _held = new(StringComparer.Ordinal);
    private readonly string[] _cameras;

    public SimulatedNode(int number, int cameras, IConnectionMultiplexer redis)
    {
        Name = $"node-{number:0000}";
        _cameras = [.. Enumerable.Range(0, cameras).Select(camera => $"camera-{number:0000}-{camera:000}")];
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Node:Name", Name), new("Leases:StoreTimeout", "00:00:30")]); // to measure what is late, not to give it up
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddMetrics();
        builder.AddLeaseStore();
        builder.Services.AddSingleton(redis);
        builder.Services.AddSingleton<NodeStore>();
        builder.Services.AddSingleton<SessionNodes>();
        _host = builder.Build();
        _book = _host.Services.GetRequiredService<NodeStore>();
        _sessions = _host.Services.GetRequiredService<SessionNodes>();
        _sessions.IsAlone = false;
        _store = _host.Services.GetRequiredService<LeaseStore>();
    }

    public string Name { get; }

    public IReadOnlyList<string> Cameras => _cameras;

    public async Task AcquireAsync(string camera)
    {
        var (lease, session) = (Identifiers.NewLeaseId(Name), Identifiers.SessionHash("simulated_" + camera));
        _sessions.Enter(session);
        if (await _store.AcquireAsync(camera, lease, session, Ttl) is not StoreGrant.Granted grant)
        {
            throw new InvalidOperationException($"{camera} was refused, though nobody else asks for it.");
        }

        lock (_held)
        {
            _held[camera] = new StoredLease(camera, grant.LeaseId, session, grant.FencingToken, grant.AcquiredAt, WasGranted: true);
        }
    }

    public Task ReleaseAsync(string camera)
    {
        lock (_held)
        {
            _sessions.Leave(Identifiers.SessionHash("simulated_" + camera));
            return _held.Remove(camera, out var lease) ? _store.ReleaseAsync(lease, new LeaseEnd(ReleaseReason.Client)) : Task.CompletedTask;
        }
    }

    public async Task RenewAsync(string camera)
    {
        StoredLease? lease;
        lock (_held)
        {
            _held.TryGetValue(camera, out lease);
        }

        if (lease is not null && !await _store.RenewAsync(lease, Ttl))
        {
            lock (_held)
            {
                if (_held.ContainsKey(camera))
                {
                    throw new InvalidOperationException($"{camera} was lost, though it was renewed in time.");
                }
            }
        }
    }

    /// <summary>As every two seconds: that it is there, and who has not said so.</summary>
    public Task BeatAsync() => _book.HeartbeatAsync(
        new NodeEntry(Name, "0123abcd", new Uri("http://10.0.0.1:8080"), 1_700_000_000_000, _cameras.Length, _held.Count, ["browser"], SaidAt: 1_700_000_000_000, SeenAt: 0), LostNodes.Silence);

    /// <summary>As now and then, the less often the more nodes there are: all of them.</summary>
    public Task ListNodesAsync() => _book.ListAsync();

    /// <summary>As for a page's socket: which nodes hold something for its session.</summary>
    public Task FindSessionAsync(string camera) => _sessions.FindOthersAsync(Identifiers.SessionHash("simulated_" + camera));

    /// <summary>As every second: what is due.</summary>
    public Task FindOverdueAsync() => _store.FindOverdueAsync(100);

    /// <summary>As every three seconds: what the store believes is held here.</summary>
    public Task CompareAsync() => _store.FindHeldAsync();

    public Task ReadAsync(string camera) => _store.ReadAsync(camera);

    public void Dispose() => _host.Dispose();
}
