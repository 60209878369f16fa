using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// A port on the loopback interface that serves one process of ours. On Linux the listener looks up the other end of each connection, and
/// closes one that does not belong to that process without an answer. Other systems do not show this, so there the relay's own checks
/// must be enough.
/// </summary>
internal sealed class LoopbackListener : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource<int> _client = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LoopbackListener()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    public void ServeOnly(int processId) => _client.TrySetResult(processId);

    /// <summary>Waits for the process's next connection.</summary>
    public async Task<Stream> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var caller = await _listener.AcceptSocketAsync(cancellationToken);
            caller.NoDelay = true;
            var client = await _client.Task.WaitAsync(cancellationToken);
            if (!OperatingSystem.IsLinux() || IsOf(client, ((IPEndPoint)caller.RemoteEndPoint!).Port, Port))
            {
                return new NetworkStream(caller, ownsSocket: true);
            }

            caller.Dispose();
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>
    /// Whether the process holds the other end of a connection. The kernel lists each connection with the number of its socket, and the open
    /// sockets of each process by number.
    /// </summary>
    private static bool IsOf(int processId, int from, int to)
    {
        var wanted = $" 0100007F:{from:X4} 0100007F:{to:X4} ";
        try
        {
            var line = File.ReadLines("/proc/net/tcp").FirstOrDefault(line => line.Contains(wanted, StringComparison.Ordinal));
            var socket = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, _, _, _, _, _, _, var inode, ..] ? $"socket:[{inode}]" : null;
            return socket is not null && Directory.EnumerateFiles($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/fd")
                .Any(descriptor => new FileInfo(descriptor).LinkTarget == socket);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // the process has ended
        }
    }
}
