using System.Diagnostics.Metrics;
using Attendance.CameraApi;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Telemetry;
using Attendance.CameraApi.Upkeep;
using Attendance.ServiceDefaults;
using Attendance.Tests.CameraApi.Capture;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>
/// A node on a real store, with a clock and hardware that the test controls. The node's background services do not run until
/// a test starts them.
/// </summary>
internal class LeaseNode : IAsyncDisposable
{
    private readonly IHost _host;

    private readonly Func<LeaseNode> _restart;

    public LeaseNode(string store, params (string Key, string? Value)[] settings) : this(store, NewName(), settings)
    {
    }

    private LeaseNode(string store, string name, (string Key, string? Value)[] settings)
    {
        _host = Build(store, name, Clock, settings);
        _restart = () => new LeaseNode(store, name, settings);
        Active = Collect("attendance.camera.lease.active");
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public FakeCaptures Captures => Get<FakeCaptures>();

    public CameraLeases Leases => Get<CameraLeases>();

    /// <summary>The number of live leases, as metrics count them.</summary>
    public MetricCollector<int> Active { get; }

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string NewName() => "node-" + Guid.NewGuid().ToString("N")[..12];

    public static IHost Build(string store, string name, TimeProvider clock, params (string Key, string? Value)[] settings) =>
        Build(store, name, clock, _ => { }, settings);

    /// <param name="replace">Replaces services of the node.</param>
    public static IHost Build(
        string? store, string name, TimeProvider clock, Action<IServiceCollection> replace, params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings.ToDictionary(one => one.Key, one => one.Value))
        {
            ["ConnectionStrings:sessions"] = store,
            ["Node:Name"] = name,
            ["Cameras:door:Source"] = "test-pattern",
            ["Cameras:gate:Source"] = "test-pattern",
            ["Discovery:Enabled"] = "false",
            ["Leases:StoreTimeout"] = "00:00:10", // the fake clock jumps, but the store's does not
        });
        builder.Services.AddSingleton(clock);
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(services => new ReachedLimits(services.GetRequiredService<IMeterFactory>(), CameraApiActivity.Name)); // the server registers it, and there is no server here
        builder.AddRooms();
        builder.Services.AddSingleton<FakeCaptures>();
        builder.Services.AddSingleton<ICameraCaptureFactory>(services => services.GetRequiredService<FakeCaptures>());
        replace(builder.Services);
        return builder.Build();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Leases.CloseAsync();
        Active.Dispose();
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the next run of the node, as after a kill: the earlier run has released nothing.</summary>
    public LeaseNode Restarted() => _restart();

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Starts one of the node's background services.</summary>
    public Task StartAsync<T>() where T : IHostedService => Get<IEnumerable<IHostedService>>().OfType<T>().Single().StartAsync(Cancel);

    public MetricCollector<int> Collect(string instrument) => new(Get<IMeterFactory>(), CameraApiActivity.Name, instrument);

    public CameraSlot Slot(string cameraId) => Get<CameraSlots>().TryGet(cameraId, out var slot) ? slot : throw new InvalidOperationException();

    public async Task<AcquireOutcome> AcquireAsync(string cameraId, AcquireOptions wish, CancellationToken? cancellationToken = null)
    {
        if (IdFormats.IsBrowserCamera(cameraId))
        {
            using var visit = Get<CameraSlots>().VisitBrowserCamera(cameraId)!;
            return await Leases.AcquireAsync(visit.Slot, wish, cancellationToken ?? Cancel);
        }

        return await Leases.AcquireAsync(Slot(cameraId), wish, cancellationToken ?? Cancel);
    }

    public Task<CameraLease> HoldAsync(string cameraId, string session, TimeSpan? ttl = null) => HoldAsync(cameraId, new AcquireOptions(session, ttl));

    public async Task<CameraLease> HoldAsync(string cameraId, AcquireOptions wish) =>
        Assert.IsType<AcquireOutcome.Granted>(await AcquireAsync(cameraId, wish)).Lease;

    /// <summary>Runs the recovery of a node's start, for leases that an earlier run may have left.</summary>
    public async Task RunUpkeepAsync()
    {
        await Get<LeaseUpkeep>().StartAsync(Cancel);
        await Get<LeaseUpkeep>().StopAsync(Cancel);
    }
}
