using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Attendance.Tests.Live;

/// <summary>
/// A network that loses packets: it stands before some UDP ports of this machine, and drops a share of what goes either way. This kernel has no
/// netem, which would do it for any program.
/// </summary>
internal sealed class LossyRelay : IDisposable
{
    /// <summary>How many UDP ports the camera API has for WebRTC, unless it is told otherwise.</summary>
    private const int Ports = 16;

    private const int LargestHeartbeat = 200;

    private readonly CancellationTokenSource _over = new();
    private readonly List<UdpClient> _sockets = [];
    private readonly double _lost;
    private long _passed, _dropped;
    private volatile bool _losesPictures;

    /// <param name="port">The first port of the server.</param>
    /// <param name="lost">The share of packets to drop, 0 to 1.</param>
    public LossyRelay(int port, double lost)
    {
        _lost = lost;
        var map = new List<string>();
        for (var at = port; at < port + Ports; at++)
        {
            var near = Open();
            map.Add($"{at}:{((IPEndPoint)near.Client.LocalEndPoint!).Port}");
            _ = RelayAsync(near, new IPEndPoint(IPAddress.Loopback, at));
        }

        var ports = $$"""({ {{string.Join(", ", map)}} })""";
        Script = ChangedDescriptions.Script(
            ChangedDescriptions.WithoutCandidates, $$"""sdp.replace(/^(a=candidate:\S+ \d+ udp \d+ \S+ )(\d+)/gmi, (_, head, port) => head + {{ports}}[port])""");
    }

    /// <summary>Sends a page's WebRTC through this network. To be run before the page's own scripts.</summary>
    public string Script { get; }

    /// <summary>The share of packets that was dropped so far.</summary>
    public double Lost => (double)_dropped / Math.Max(1, _passed + _dropped);

    public long Passed => _passed;

    /// <summary>Returns the first of as many UDP ports as the camera API needs, which are free now.</summary>
    public static int FreePorts()
    {
        for (var port = 41_000; ; port += Ports)
        {
            if (Enumerable.Range(port, Ports).All(IsFree))
            {
                return port;
            }
        }
    }

    /// <summary>From now on drops each packet that is larger than those by which both sides tell each other that they are there.</summary>
    public void LosePictures() => _losesPictures = true;

    public void Dispose()
    {
        _over.Cancel();
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
        }

        _over.Dispose();
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private UdpClient Open()
    {
        var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Client.ReceiveBufferSize = 4 * 1024 * 1024;
        lock (_sockets)
        {
            _sockets.Add(socket);
        }

        return socket;
    }

    /// <summary>Passes on what comes to a port, for each sender by a socket of its own, and back what is answered there.</summary>
    private async Task RelayAsync(UdpClient near, IPEndPoint server)
    {
        var far = new ConcurrentDictionary<IPEndPoint, UdpClient>();
        await EachAsync(near, async packet =>
        {
            if (!far.TryGetValue(packet.RemoteEndPoint, out var socket))
            {
                far[packet.RemoteEndPoint] = socket = Open();
                _ = EachAsync(socket, async answer => await near.SendAsync(answer.Buffer, packet.RemoteEndPoint, _over.Token));
            }

            await socket.SendAsync(packet.Buffer, server, _over.Token);
        });
    }

    private async Task EachAsync(UdpClient from, Func<UdpReceiveResult, Task> passAsync)
    {
        try
        {
            while (true)
            {
                var packet = await from.ReceiveAsync(_over.Token);
                if (Random.Shared.NextDouble() < _lost || (_losesPictures && packet.Buffer.Length > LargestHeartbeat))
                {
                    Interlocked.Increment(ref _dropped);
                    continue;
                }

                Interlocked.Increment(ref _passed);
                await passAsync(packet);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // It is over.
        }
    }
}
