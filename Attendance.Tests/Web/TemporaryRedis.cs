using System.Net;
using System.Net.Sockets;
using Garnet;

namespace Attendance.Tests.Web;

/// <summary>A store of this test's own, in memory.</summary>
internal sealed class TemporaryRedis : IAsyncDisposable
{
    private readonly GarnetServer _server;

    private TemporaryRedis(GarnetServer server, int port)
    {
        _server = server;
        ConnectionString = $"127.0.0.1:{port}";
    }

    public string ConnectionString { get; }

    public static Task<TemporaryRedis> StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var port = FreePort();
            var server = new GarnetServer(["--bind", "127.0.0.1", "--port", $"{port}"]);
            try
            {
                server.Start();
                return Task.FromResult(new TemporaryRedis(server, port));
            }
            catch (SocketException) when (attempt < 5)
            {
                server.Dispose(); // somebody else was quicker to use the port
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return default;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
