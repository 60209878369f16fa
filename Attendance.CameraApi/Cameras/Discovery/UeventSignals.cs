using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// The kernel's own news, by a netlink socket: those of the kernel, which are there without udev and as soon as there is a node,
/// and those of udev, which come when the node is given to whom it is for. Needs no rights. No thread waits.
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

    /// <returns>Null where such a socket cannot be had: on another system, or in a sandbox.</returns>
    public static UeventSignals? TryOpen(string subsystem = "video4linux")
    {
        if (!OperatingSystem.IsLinux() || OpenSocket(NetlinkFamily, Datagram | CloseOnExec, KernelObjects) is var descriptor && descriptor < 0)
        {
            return null;
        }

        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        Span<byte> address = stackalloc byte[12]; // family, two bytes of nothing, port: the kernel's choice, groups
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
                return; // more came than the socket holds: some news are lost, and one of them may be ours
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, ref byte address, int length);
}
