using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Store;
using Attendance.Tests.CameraApi.Leases;

namespace Attendance.Tests.CameraApi.Sessions;

/// <summary>A node with real sockets to its pages.</summary>
internal sealed class PresenceNode : LeaseNode
{
    private readonly Dictionary<PageSocket, (CountingWebSocket Server, Task Attended)> _pages = [];
    private readonly List<TcpClient> _connections = [];
    private readonly List<Task> _attended = [];

    public PresenceNode(string store, params (string Key, string? Value)[] settings) : base(store, settings) => Get<Presence>().Listen();

    public override async ValueTask DisposeAsync()
    {
        foreach (var page in _pages.Keys)
        {
            await page.DisposeAsync();
        }

        _connections.ForEach(connection => connection.Dispose());
        await Task.WhenAll(_attended);
        await base.DisposeAsync();
    }

    public async Task<PageSocket> ConnectAsync(string session)
    {
        var (near, server, attended) = await AttendAsync(session);
        var page = new PageSocket(WebSocket.CreateFromStream(near.GetStream(), new WebSocketCreationOptions()));
        _pages.Add(page, (server, attended));
        await page.HearAsync("hello");
        return page;
    }

    /// <summary>Connects a page that never reads.</summary>
    /// <returns>A task that completes when the node has dropped the page.</returns>
    public async Task<Task> ConnectDeafAsync(string session) => (await AttendAsync(session)).Attended;

    private async Task<(TcpClient Near, CountingWebSocket Server, Task Attended)> AttendAsync(string session)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Cancel);
        var far = await listener.AcceptTcpClientAsync(Cancel);
        _connections.AddRange([near, far]);
        var server = new CountingWebSocket(WebSocket.CreateFromStream(far.GetStream(), new WebSocketCreationOptions { IsServer = true }));
        var attended = Get<Presence>().AttendAsync(server, session, far.Close);
        _attended.Add(attended);
        return (near, server, attended);
    }

    /// <summary>Cuts the connection and waits until the node has noticed.</summary>
    public async Task LoseAsync(PageSocket page)
    {
        await page.DisposeAsync();
        await _pages[page].Attended.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    /// <summary>Waits until the node has processed all messages of the page and reads the next one.</summary>
    public Task HeardAsync(PageSocket page) => Eventually.TrueAsync(() => _pages[page].Server.Asked > page.Said, "what the page said is heard");

    /// <summary>Moves the clock in steps, so that a loop that waits again runs after each.</summary>
    public async Task PassAsync(double seconds)
    {
        for (var passed = 0.0; passed < seconds; passed += 0.5)
        {
            Clock.Advance(TimeSpan.FromSeconds(Math.Min(0.5, seconds - passed)));
            await Task.Delay(5, Cancel);
            await Get<StoreConnection>().AskAsync("ping", database => database.PingAsync()); // is answered after every change that the clock has started
        }
    }
}
