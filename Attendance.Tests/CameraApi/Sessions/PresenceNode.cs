using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Nodes;
using Attendance.CameraApi.Sessions;
using Attendance.Tests.CameraApi.Capture;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Sessions;

/// <summary>A node on a real store, with real sockets to its pages, and with a clock and hardware that do what the test says.</summary>
internal sealed class PresenceNode : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Dictionary<PageSocket, Task> _pages = [];
    private readonly List<TcpClient> _connections = [];
    private readonly List<Task> _attended = [];

    public PresenceNode(string store, params (string Key, string? Value)[] settings)
    {
        _host = Build(store, "node-" + Guid.NewGuid().ToString("N")[..12], Clock, settings);
        Get<Presence>().Listen();
    }

    public static IHost Build(string store, string name, TimeProvider clock, params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings.ToDictionary(one => one.Key, one => one.Value))
        {
            ["ConnectionStrings:sessions"] = store,
            ["Node:Name"] = name,
            ["Cameras:door:Source"] = "test-pattern",
            ["Cameras:gate:Source"] = "test-pattern",
            ["Discovery:Enabled"] = "false",
            ["Leases:StoreTimeout"] = "00:00:10", // the clock leaps; the store does not
        });
        builder.Services.AddSingleton(clock);
        builder.Services.AddMetrics();
        builder.AddCameras();
        builder.AddCapture();
        builder.AddOperations();
        builder.AddLeases();
        builder.AddNodes();
        builder.AddAlerts();
        builder.AddPresence();
        builder.Services.AddSingleton<FakeCaptures>();
        builder.Services.AddSingleton<ICameraCaptureFactory>(services => services.GetRequiredService<FakeCaptures>());
        return builder.Build();
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public FakeCaptures Captures => Get<FakeCaptures>();

    public CameraLeases Leases => Get<CameraLeases>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages.Keys)
        {
            await page.DisposeAsync();
        }

        _connections.ForEach(connection => connection.Dispose());
        await Task.WhenAll(_attended);
        await Leases.CloseAsync();
        _host.Dispose();
    }

    public async Task<PageSocket> ConnectAsync(string session)
    {
        var (near, attended) = await AttendAsync(session);
        var page = new PageSocket(WebSocket.CreateFromStream(near.GetStream(), new WebSocketCreationOptions()));
        _pages.Add(page, attended);
        await page.HearAsync("hello");
        return page;
    }

    /// <summary>A page that never reads.</summary>
    /// <returns>Completes when the node has done with it.</returns>
    public async Task<Task> ConnectDeafAsync(string session) => (await AttendAsync(session)).Attended;

    private async Task<(TcpClient Near, Task Attended)> AttendAsync(string session)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Cancel);
        var far = await listener.AcceptTcpClientAsync(Cancel);
        _connections.AddRange([near, far]);
        var server = WebSocket.CreateFromStream(far.GetStream(), new WebSocketCreationOptions { IsServer = true });
        var attended = Get<Presence>().AttendAsync(server, session, far.Close);
        _attended.Add(attended);
        return (near, attended);
    }

    /// <summary>The connection ends, and the node has noticed.</summary>
    public async Task LoseAsync(PageSocket page)
    {
        await page.DisposeAsync();
        await _pages[page].WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    public async Task<AcquireOutcome> AcquireAsync(string cameraId, LeaseWish wish)
    {
        if (BrowserCamera.IsId(cameraId))
        {
            using var visit = Get<CameraSlots>().VisitBrowserCamera(cameraId)!;
            return await Leases.AcquireAsync(visit.Slot, wish, Cancel);
        }

        return await Leases.AcquireAsync(Slot(cameraId), wish, Cancel);
    }

    public async Task<CameraLease> HoldAsync(string cameraId, string session, TimeSpan? ttl = null) =>
        Assert.IsType<AcquireOutcome.Granted>(await AcquireAsync(cameraId, new LeaseWish(session, ttl))).Lease;

    public CameraSlot Slot(string cameraId) => Get<CameraSlots>().TryGet(cameraId, out var slot) ? slot : throw new InvalidOperationException();

    /// <summary>In steps, so that what waits again after each has its turn.</summary>
    public async Task PassAsync(double seconds)
    {
        for (var passed = 0.0; passed < seconds; passed += 0.5)
        {
            Clock.Advance(TimeSpan.FromSeconds(Math.Min(0.5, seconds - passed)));
            await Task.Delay(5, Cancel);
        }
    }

    public static async Task EventuallyAsync(Func<bool> isSo, string what)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !isSo(); await Task.Delay(5, Cancel))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10), $"Not so: {what}.");
        }
    }
}
