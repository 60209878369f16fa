using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Attendance.Capture.Devices;

/// <summary>A video node that is open. Opening one and asking it does not disturb a process that streams from it.</summary>
internal sealed partial class V4l2Device : IDisposable
{
    private const int ReadWriteNonBlockCloseOnExec = 0x2 | 0x800 | 0x80000;
    private const uint VideoCapture = 0x1;
    private const uint HasDeviceCapabilities = 0x8000_0000;
    private const uint CaptureBuffers = 1;
    private const uint MemoryMapped = 1;

    private V4l2Device(SafeFileHandle handle) => Handle = handle;

    internal SafeFileHandle Handle { get; }

    /// <param name="error">The errno if the node does not open, otherwise 0.</param>
    public static V4l2Device? TryOpen(string node, out int error)
    {
        var descriptor = Open(node, ReadWriteNonBlockCloseOnExec);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    public void Dispose() => Handle.Dispose();

    /// <returns>The capability; null if the node is not a capture device, such as a webcam's metadata node.</returns>
    public V4l2Capability? QueryCapture()
    {
        Span<byte> capability = stackalloc byte[104];
        if (!Call(0x8068_5600, capability))
        {
            return null;
        }

        var all = Number(capability, 84);
        var ofThisNode = (all & HasDeviceCapabilities) != 0 ? Number(capability, 88) : all;
        return (ofThisNode & VideoCapture) != 0
            ? new(Text(capability[16..48]), Text(capability[..16]), Text(capability[48..80]), V4l2Formats.List(this))
            : null;
    }

    /// <summary>Requests buffers and frees them again. The kernel refuses while another process has buffers.</summary>
    /// <returns>The errno; 0 if nobody streams.</returns>
    public int ProbeBusy()
    {
        if (RequestBuffers(1) is null)
        {
            return Marshal.GetLastPInvokeError();
        }

        RequestBuffers(0);
        return 0;
    }

    /// <summary>Requests buffers that are mapped into memory. Requesting none frees those that there are.</summary>
    /// <returns>How many the driver gives, or null if the kernel refuses.</returns>
    internal int? RequestBuffers(int count)
    {
        Span<byte> request = stackalloc byte[20];
        BinaryPrimitives.WriteInt32LittleEndian(request, count);
        BinaryPrimitives.WriteUInt32LittleEndian(request[4..], CaptureBuffers);
        BinaryPrimitives.WriteUInt32LittleEndian(request[8..], MemoryMapped);
        return Call(0xC014_5608, request) ? (int)Number(request, 0) : null;
    }

    internal bool Call(nuint request, Span<byte> argument) => Control(Handle, request, ref MemoryMarshal.GetReference(argument)) == 0;

    internal static uint Number(ReadOnlySpan<byte> from, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(from[offset..]);

    internal static string Text(ReadOnlySpan<byte> zeroEnded) =>
        Encoding.UTF8.GetString(zeroEnded[..(zeroEnded.IndexOf((byte)0) is var end and >= 0 ? end : zeroEnded.Length)]);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, nuint request, ref byte argument);
}

/// <param name="Bus">The device's location as the driver reports it, such as <c>platform:vivid-001</c>; may be empty.</param>
internal sealed record V4l2Capability(string Card, string Driver, string Bus, IReadOnlyList<DeviceFormat> Formats);
