using System.Net;
using System.Net.Sockets;

namespace Attendance.LocalHosting.Running;

/// <summary>
/// The ports of one run. A port that was picked stays bound here, without listening, for as long as the run lasts:
/// nobody else is given it, not even while its resource restarts, but the resource itself can listen on it.
/// </summary>
internal sealed class Ports : IDisposable
{
    private readonly List<Socket> _held = [];

    public int Hold()
    {
        while (true)
        {
            var first = Bind(IPAddress.Loopback, port: 0)!;
            var port = ((IPEndPoint)first.LocalEndPoint!).Port;
            try
            {
                Keep(first);
                Keep(Bind(IPAddress.IPv6Loopback, port));
                return port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Free on one loopback address only. The half that is held does no harm; take another port.
            }
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
            {
                using var socket = Bind(address, port);
                socket?.Listen();
            }

            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    public void Dispose() => _held.ForEach(socket => socket.Dispose());

    private static Socket? Bind(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            socket.Dispose(); // a machine without IPv6
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Keep(Socket? socket)
    {
        if (OperatingSystem.IsLinux() && socket is not null)
        {
            _held.Add(socket);
        }
        else
        {
            socket?.Dispose(); // elsewhere a bound port cannot be shared with the one who is to listen on it
        }
    }
}
