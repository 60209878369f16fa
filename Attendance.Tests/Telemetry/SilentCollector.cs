using System.Net;
using System.Net.Sockets;
using Attendance.Tests.Programs;

namespace Attendance.Tests.Telemetry;

public enum Silence
{
    /// <summary>Nobody listens.</summary>
    Refuses,

    /// <summary>Connections are accepted and nothing is ever answered.</summary>
    Hangs,

    /// <summary>Connections are not even refused: packets are lost.</summary>
    Blackhole,
}

/// <summary>A collector that accepts nothing, in one of several ways.</summary>
internal sealed class SilentCollector : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public SilentCollector(Silence silence)
    {
        Port = ServerProcess.FreePort();
        if (silence == Silence.Refuses)
        {
            return;
        }

        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        listener.Listen(silence == Silence.Hangs ? 100 : 0);
        _sockets.Add(listener);

        // A queue that is full and that nobody empties: the kernel drops what else wants to connect.
        for (var i = 0; silence == Silence.Blackhole && i < 4; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _sockets.Add(filler);
            try
            {
                filler.Connect(IPAddress.Loopback, Port);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // It is connecting, or waits as everybody after it.
            }
        }
    }

    public string Address => $"http://127.0.0.1:{Port}";

    private int Port { get; }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
}
