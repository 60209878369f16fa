using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Attendance.Tests.Faults;

/// <summary>A proxy between a browser and Web that can cut the network: nothing is closed or refused, and nothing arrives.</summary>
internal sealed class SilentNetwork : IAsyncDisposable
{
    private readonly Uri _web;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private volatile bool _isSilent;
    private CancellationTokenSource _cut = new();

    public SilentNetwork(Uri web)
    {
        _web = web;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public void FallSilent() => _isSilent = true;

    /// <summary>Lets everything pass again. What was connected before is reset, as by a router that has lost its table.</summary>
    public void Return()
    {
        _isSilent = false;
        var cut = Interlocked.Exchange(ref _cut, new CancellationTokenSource());
        cut.Cancel();
        cut.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _over.Dispose();
        _cut.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ConnectAsync(await _listener.AcceptTcpClientAsync(_over.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ConnectAsync(TcpClient browser)
    {
        using var near = browser;
        using var far = new TcpClient();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, _cut.Token);
        var end = either.Token;
        try
        {
            await far.ConnectAsync(_web.Host, _web.Port, end);
            await Task.WhenAny(CopyAsync(near.GetStream(), far.GetStream(), end), CopyAsync(far.GetStream(), near.GetStream(), end));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // One of the two sides has ended.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken end)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var count = await from.ReadAsync(buffer, end);
                if (_isSilent)
                {
                    await Task.Delay(Timeout.Infinite, end); // drops the data, and the end of the connection as well
                }

                if (count == 0)
                {
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, count), end);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // As above.
        }
    }
}
