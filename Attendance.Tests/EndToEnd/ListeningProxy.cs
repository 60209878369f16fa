using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Attendance.Tests.EndToEnd;

/// <summary>A proxy that answers nothing and keeps what it was asked.</summary>
internal sealed class ListeningProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ListeningProxy()
    {
        _listener.Start();
        _ = ListenAsync();
    }

    /// <summary>First lines and headers of requests.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Of a process that is to use it for everything.</summary>
    public (string Name, string Value)[] Environment =>
        [.. ((string[])["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]).Select(name => (name, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}"))];

    public void Dispose() => _listener.Dispose();

    private async Task ListenAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Asked.Enqueue(Encoding.Latin1.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer)));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            // It is over.
        }
    }
}
