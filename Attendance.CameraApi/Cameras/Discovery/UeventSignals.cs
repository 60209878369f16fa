using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// Gets device events from a netlink socket. The kernel's events need no udev and come as soon as a node exists. Those of udev come
/// after the node's owner and mode are set. It needs no privileges, and no thread blocks while it waits.
/// </summary>
internal sealed partial class UeventSignals : IDeviceSignals
{
    private const int NetlinkFamily = 16, Datagram = 2, CloseOnExec = 0x80000, KernelObjects = 15;
    private const uint OfKernel = 1, OfUdev = 2;

    private readonly Socket _socket;
    private readonly string _subsystem;
    private readonly byte[] _message = new byte[Uevent.MaxLength];

    private UeventSignals(Socket socket, string subsystem) => (_socket, _subsystem) = (socket, subsystem);

    public string Name => "the kernel's events";

    /// <returns>Null if the socket cannot be opened, as on another system or in a sandbox.</returns>
    public static UeventSignals? TryOpen(string subsystem = "video4linux")
    {
        if (!OperatingSystem.IsLinux() || OpenSocket(NetlinkFamily, Datagram | CloseOnExec, KernelObjects) is var descriptor && descriptor < 0)
        {
            return null;
        }

        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        Span<byte> address = stackalloc byte[12]; // family, two bytes of padding, port (0: the kernel chooses), groups
        BitConverter.TryWriteBytes(address, (ushort)NetlinkFamily);
        BitConverter.TryWriteBytes(address[8..], OfKernel | OfUdev);
        if (Bind(descriptor, ref MemoryMarshal.GetReference(address), address.Length) != 0)
        {
            handle.Dispose();
            return null;
        }

        return new(new Socket(handle), subsystem);
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var length = await _socket.ReceiveAsync(_message, SocketFlags.None, cancellationToken);
                if (Uevent.TryParse(_message.AsSpan(0, length))?.Subsystem == _subsystem)
                {
                    return;
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                return; // the socket's buffer overflowed: events were lost, and one of them may be for this subsystem
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, ref byte address, int length);
}
