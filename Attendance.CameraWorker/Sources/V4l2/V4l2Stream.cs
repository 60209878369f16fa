using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Attendance.Capture.Devices;
using Microsoft.Win32.SafeHandles;

namespace Attendance.CameraWorker.Sources.V4l2;

/// <param name="FourCc">The pixel format, by its four letters.</param>
/// <param name="Stride">Bytes from one row to the next; 0 if the format has no rows.</param>
internal readonly record struct V4l2Format(string FourCc, int Width, int Height, int Stride);

/// <summary>A buffer that the driver has filled. It must be given back.</summary>
/// <param name="Length">How many bytes the driver has written.</param>
/// <param name="IsDamaged">Whether the driver says that the picture is not whole.</param>
internal readonly record struct V4l2Buffer(int Index, int Length, bool IsDamaged);

/// <summary>Thrown when the kernel refuses a call to a device.</summary>
/// <param name="error">The errno.</param>
internal sealed class V4l2Exception(string call, int error) : Exception($"{call} failed with error {error}.");

/// <summary>
/// A device that streams into buffers which the driver and this process share, so that no picture is copied. Offsets and numbers are those of
/// linux/videodev2.h on machines of 64 bits. Only one thread may use an instance.
/// </summary>
internal sealed partial class V4l2Stream : IDisposable
{
    /// <summary>With four buffers the driver always has one to fill while one is read. A driver may give fewer or more.</summary>
    private const int WantedBuffers = 4;
    private const int FewestBuffers = 2;

    private const uint CaptureBuffers = 1, MemoryMapped = 1, AnyField = 0;
    private const uint SetFormat = 0xC0D0_5605, GetRate = 0xC0CC_5615, SetRate = 0xC0CC_5616, QueryBuffer = 0xC058_5609;
    private const uint QueueBuffer = 0xC058_560F, DequeueBuffer = 0xC058_5611, StreamOn = 0x4004_5612, StreamOff = 0x4004_5613;
    private const int BufferLength = 88; // of v4l2_buffer
    private const uint ErrorFlag = 0x40;
    private const int TryAgain = 11, Interrupted = 4, OutOfMemory = 12;
    private const short Readable = 1;
    private const int ReadAndWrite = 3, Shared = 1;

    private readonly V4l2Device _device;
    private readonly List<(nint Address, int Length)> _buffers = [];

    /// <summary>Opens the stream. What the driver cannot do, it changes to what it can, so look at <see cref="Format"/>.</summary>
    /// <exception cref="V4l2Exception">The kernel refuses.</exception>
    public V4l2Stream(V4l2Device device, string fourCc, int width, int height, double? frameRate)
    {
        _device = device;
        try
        {
            Format = Negotiate(fourCc, width, height);
            FrameRate = AgreeOnRate(frameRate);
            ShareBuffers();
            Switch(StreamOn, "VIDIOC_STREAMON");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public V4l2Format Format { get; }

    /// <summary>Pictures a second as the driver states them; 0 if it does not.</summary>
    public double FrameRate { get; }

    /// <summary>Waits until the driver has filled a buffer, or has something else to say.</summary>
    /// <returns>Whether there is something to take.</returns>
    public bool Wait(TimeSpan atMost)
    {
        var look = new PollEntry { Descriptor = (int)_device.Handle.DangerousGetHandle(), Wanted = Readable };
        return Poll(ref look, 1, (int)atMost.TotalMilliseconds) > 0;
    }

    /// <summary>Takes the newest picture and gives older ones back, so that a slow reader does not fall behind.</summary>
    /// <returns>Null if there is none now.</returns>
    /// <exception cref="V4l2Exception">The device has failed.</exception>
    public V4l2Buffer? TakeNewest()
    {
        V4l2Buffer? newest = null;
        try
        {
            while (Take() is { } next)
            {
                var older = newest;
                newest = next;
                if (older is { } former)
                {
                    GiveBack(former);
                }
            }
        }
        catch (V4l2Exception) when (newest is not null)
        {
            // What was taken is whole. The next call fails if the device has.
        }

        return newest;
    }

    /// <summary>The bytes of a buffer, valid until it is given back.</summary>
    public unsafe ReadOnlySpan<byte> Bytes(V4l2Buffer buffer)
    {
        var (address, length) = _buffers[buffer.Index];
        return new((void*)address, Math.Min(buffer.Length, length));
    }

    /// <exception cref="V4l2Exception">The device has failed.</exception>
    public void GiveBack(V4l2Buffer buffer) => Queue(buffer.Index);

    public void Dispose()
    {
        Span<byte> type = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(type, CaptureBuffers);
        _device.Call(StreamOff, type);
        foreach (var (address, length) in _buffers)
        {
            _ = Unmap(address, (nuint)length);
        }

        _buffers.Clear();
        _device.RequestBuffers(0);
    }

    private V4l2Format Negotiate(string fourCc, int width, int height)
    {
        Span<byte> format = stackalloc byte[208];
        BinaryPrimitives.WriteUInt32LittleEndian(format, CaptureBuffers);
        BinaryPrimitives.WriteInt32LittleEndian(format[8..], width);
        BinaryPrimitives.WriteInt32LittleEndian(format[12..], height);
        Encoding.ASCII.GetBytes(fourCc, format[16..20]);
        BinaryPrimitives.WriteUInt32LittleEndian(format[20..], AnyField);
        Call(SetFormat, format, "VIDIOC_S_FMT");
        return new(Encoding.ASCII.GetString(format[16..20]), (int)V4l2Device.Number(format, 8), (int)V4l2Device.Number(format, 12), (int)V4l2Device.Number(format, 24));
    }

    /// <summary>Asks for a rate, as exactly as a thousandth. Many drivers know no rates, which is no fault.</summary>
    private double AgreeOnRate(double? wanted)
    {
        Span<byte> rate = stackalloc byte[204];
        if (wanted is { } number)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rate, CaptureBuffers);
            BinaryPrimitives.WriteUInt32LittleEndian(rate[12..], 1000);
            BinaryPrimitives.WriteUInt32LittleEndian(rate[16..], (uint)Math.Round(number * 1000));
            _device.Call(SetRate, rate);
            rate.Clear();
        }

        BinaryPrimitives.WriteUInt32LittleEndian(rate, CaptureBuffers);
        return _device.Call(GetRate, rate) && V4l2Device.Number(rate, 12) is var seconds and > 0 ? Math.Round((double)V4l2Device.Number(rate, 16) / seconds, 3) : 0;
    }

    private void ShareBuffers()
    {
        var count = _device.RequestBuffers(WantedBuffers) ?? throw new V4l2Exception("VIDIOC_REQBUFS", Marshal.GetLastPInvokeError());
        if (count < FewestBuffers)
        {
            throw new V4l2Exception("VIDIOC_REQBUFS", OutOfMemory);
        }

        Span<byte> buffer = stackalloc byte[BufferLength];
        for (var index = 0; index < count; index++)
        {
            DescribeBuffer(buffer, index);
            Call(QueryBuffer, buffer, "VIDIOC_QUERYBUF");
            var (offset, length) = (V4l2Device.Number(buffer, 64), (int)V4l2Device.Number(buffer, 72));
            var address = Map(0, (nuint)length, ReadAndWrite, Shared, _device.Handle, (nint)offset);
            if (address == -1)
            {
                throw new V4l2Exception("mmap", Marshal.GetLastPInvokeError());
            }

            _buffers.Add((address, length));
            Queue(index);
        }
    }

    private V4l2Buffer? Take()
    {
        Span<byte> buffer = stackalloc byte[BufferLength];
        DescribeBuffer(buffer, index: 0);
        if (_device.Call(DequeueBuffer, buffer))
        {
            return new((int)V4l2Device.Number(buffer, 0), (int)V4l2Device.Number(buffer, 8), (V4l2Device.Number(buffer, 12) & ErrorFlag) != 0);
        }

        return Marshal.GetLastPInvokeError() is var error && error is TryAgain or Interrupted ? null : throw new V4l2Exception("VIDIOC_DQBUF", error);
    }

    private void Queue(int index)
    {
        Span<byte> buffer = stackalloc byte[BufferLength];
        DescribeBuffer(buffer, index);
        Call(QueueBuffer, buffer, "VIDIOC_QBUF");
    }

    private void Switch(uint request, string name)
    {
        Span<byte> type = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(type, CaptureBuffers);
        Call(request, type, name);
    }

    private void Call(uint request, Span<byte> argument, string name)
    {
        if (!_device.Call(request, argument))
        {
            throw new V4l2Exception(name, Marshal.GetLastPInvokeError());
        }
    }

    private static void DescribeBuffer(Span<byte> buffer, int index)
    {
        buffer.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(buffer, index);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[4..], CaptureBuffers);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[60..], MemoryMapped);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entry, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, SafeFileHandle file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);
}
