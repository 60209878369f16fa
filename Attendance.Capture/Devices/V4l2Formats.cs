using System.Buffers.Binary;
using System.Text;

namespace Attendance.Capture.Devices;

/// <summary>Lists a device's pixel formats, their sizes and the frame rates of each size, as the driver enumerates them.</summary>
internal static class V4l2Formats
{
    private const uint CaptureBuffers = 1;
    private const uint Discrete = 1;

    /// <summary>The maximum number of entries to read, because a faulty driver may never end the list.</summary>
    private const uint Most = 64;

    /// <summary>The sizes to offer for a device that accepts any size within a range.</summary>
    private static readonly (int Width, int Height)[] s_usualSizes =
        [(320, 240), (640, 360), (640, 480), (800, 600), (1280, 720), (1920, 1080), (3840, 2160)];

    public static List<DeviceFormat> List(V4l2Device device)
    {
        var formats = new List<DeviceFormat>();
        Span<byte> format = stackalloc byte[64];
        for (var index = 0u; index < Most; index++)
        {
            format.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(format, index);
            BinaryPrimitives.WriteUInt32LittleEndian(format[4..], CaptureBuffers);
            if (!device.Call(0xC040_5602, format))
            {
                break;
            }

            var fourCc = V4l2Device.Number(format, 44);
            formats.Add(new(Encoding.ASCII.GetString(format[44..48]), V4l2Device.Text(format[12..44]), Sizes(device, fourCc)));
        }

        return formats;
    }

    private static List<DeviceFrameSize> Sizes(V4l2Device device, uint fourCc)
    {
        var sizes = new List<DeviceFrameSize>();
        Span<byte> size = stackalloc byte[44];
        for (var index = 0u; index < Most; index++)
        {
            size.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(size, index);
            BinaryPrimitives.WriteUInt32LittleEndian(size[4..], fourCc);
            if (!device.Call(0xC02C_564A, size))
            {
                break;
            }

            if (V4l2Device.Number(size, 8) == Discrete)
            {
                var (width, height) = ((int)V4l2Device.Number(size, 12), (int)V4l2Device.Number(size, 16));
                sizes.Add(new(width, height, FrameRates(device, fourCc, width, height)));
                continue;
            }

            var (minWidth, maxWidth) = (V4l2Device.Number(size, 12), V4l2Device.Number(size, 16));
            var (minHeight, maxHeight) = (V4l2Device.Number(size, 24), V4l2Device.Number(size, 28));
            foreach (var (width, height) in s_usualSizes)
            {
                if (width >= minWidth && width <= maxWidth && height >= minHeight && height <= maxHeight)
                {
                    sizes.Add(new(width, height, FrameRates(device, fourCc, width, height)));
                }
            }

            break; // if the driver reports a range, it is the only entry
        }

        return sizes;
    }

    private static List<double> FrameRates(V4l2Device device, uint fourCc, int width, int height)
    {
        var rates = new List<double>();
        Span<byte> interval = stackalloc byte[52];
        for (var index = 0u; index < Most; index++)
        {
            interval.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(interval, index);
            BinaryPrimitives.WriteUInt32LittleEndian(interval[4..], fourCc);
            BinaryPrimitives.WriteInt32LittleEndian(interval[8..], width);
            BinaryPrimitives.WriteInt32LittleEndian(interval[12..], height);
            if (!device.Call(0xC034_564B, interval))
            {
                break;
            }

            // If the driver gives a range, the shortest interval comes first, which is the highest frame rate.
            var (numerator, denominator) = (V4l2Device.Number(interval, 20), V4l2Device.Number(interval, 24));
            if (numerator > 0)
            {
                rates.Add(Math.Round((double)denominator / numerator, 2));
            }

            if (V4l2Device.Number(interval, 16) != Discrete)
            {
                break;
            }
        }

        rates.Sort((a, b) => b.CompareTo(a));
        return rates;
    }
}
