using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Attendance.Tests.CameraApi.Sessions;

/// <summary>A proxy that can go silent: connections stay open, and nothing passes any more in either direction.</summary>
internal sealed class MuteProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentQueue<Task> _serving = new();
    private readonly Uri _target;
    private readonly Task _accepting;
    private volatile bool _isSilent;

    public MuteProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public void Silence() => _isSilent = true;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;
        await Task.WhenAll(_serving);
        _listener.Dispose();
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _serving.Enqueue(ServeAsync(await _listener.AcceptTcpClientAsync(_over.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // Over.
        }
    }

    private async Task ServeAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            try
            {
                await far.ConnectAsync(_target.Host, _target.Port, _over.Token);
                await Task.WhenAll(PassAsync(near.GetStream(), far.GetStream()), PassAsync(far.GetStream(), near.GetStream()));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // Cut, or over.
            }
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        var read = 0;
        do
        {
            await to.WriteAsync(buffer.AsMemory(0, read), _over.Token);
            read = await from.ReadAsync(buffer, _over.Token);
            if (_isSilent)
            {
                await Task.Delay(Timeout.Infinite, _over.Token); // an end does not pass either
            }
        }
        while (read > 0);
        to.Socket.Shutdown(SocketShutdown.Send);
    }
}
