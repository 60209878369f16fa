using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
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
    private readonly List<PageSocket> _pages = [];
    private readonly List<TcpClient> _connections = [];
    private readonly List<Task> _attended = [];

    public PresenceNode(string store, string? name = null, params (string Key, string? Value)[] settings)
    {
        Name = name ?? "node-" + Guid.NewGuid().ToString("N")[..12];
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings.ToDictionary(one => one.Key, one => one.Value))
        {
            ["ConnectionStrings:sessions"] = store,
            ["Node:Name"] = Name,
            ["Cameras:door:Source"] = "test-pattern",
            ["Cameras:gate:Source"] = "test-pattern",
            ["Discovery:Enabled"] = "false",
            ["Leases:StoreTimeout"] = "00:00:10", // the clock leaps; the store does not
        });
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddMetrics();
        builder.AddCameras();
        builder.AddCapture();
        builder.AddLeases();
        builder.AddPresence();
        builder.Services.AddSingleton<ICameraCaptureFactory>(Captures);
        _host = builder.Build();
        Get<Presence>().Listen();
    }

    public string Name { get; }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public FakeCaptures Captures { get; } = new();

    public CameraLeases Leases => Get<CameraLeases>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages)
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
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Cancel);
        var far = await listener.AcceptTcpClientAsync(Cancel);
        _connections.AddRange([near, far]);
        var server = WebSocket.CreateFromStream(far.GetStream(), new WebSocketCreationOptions { IsServer = true });
        _attended.Add(Get<Presence>().AttendAsync(server, session, far.Close));
        var page = new PageSocket(WebSocket.CreateFromStream(near.GetStream(), new WebSocketCreationOptions()));
        _pages.Add(page);
        await page.HearAsync("hello");
        return page;
    }

    /// <summary>The connection ends, and the node has noticed.</summary>
    public async Task LoseAsync(PageSocket page)
    {
        var ended = _attended[_pages.IndexOf(page)];
        await page.DisposeAsync();
        await ended.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
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
