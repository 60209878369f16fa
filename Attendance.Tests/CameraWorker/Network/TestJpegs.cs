using System.Buffers.Binary;
using OpenCvSharp;

namespace Attendance.Tests.CameraWorker.Network;

/// <summary>Pictures of which no two are alike, and the ways in which cameras damage them.</summary>
internal static class TestJpegs
{
    private static readonly byte[][] s_pictures = [.. Enumerable.Range(0, 12).Select(i => Make(64, 48, i))];

    public static byte[] Get(int number) => s_pictures[number % s_pictures.Length];

    /// <summary>Makes a picture with lines, so that its data has some length.</summary>
    public static byte[] Make(int width, int height, int number)
    {
        using var picture = new Mat(height, width, MatType.CV_8UC3, Scalar.All(40 + 15 * (number % 12)));
        for (var i = 0; i < 6; i++)
        {
            Cv2.Line(picture, new Point(0, i * 8 + number % 7), new Point(width, height - i * 8), Scalar.FromRgb(200, i * 30, number * 20 % 255), 2);
        }

        return picture.ImEncode(".jpg");
    }

    /// <summary>Cuts a picture before its data, where a segment's length says that more follows.</summary>
    public static byte[] CutInHead(byte[] jpeg) => jpeg[..100];

    public static byte[] CutInData(byte[] jpeg) => jpeg[..^40];

    public static byte[] WithoutEnd(byte[] jpeg) => jpeg[..^2];

    public static byte[] WithSegment(byte[] jpeg, byte marker, ReadOnlySpan<byte> content)
    {
        var segment = new byte[4 + content.Length];
        (segment[0], segment[1]) = (0xFF, marker);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(content.Length + 2));
        content.CopyTo(segment.AsSpan(4));
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }

    /// <summary>The same size, and no segment of it tells its length rightly.</summary>
    public static byte[] WithDamagedLength(byte[] jpeg)
    {
        var damaged = (byte[])jpeg.Clone();
        (damaged[4], damaged[5]) = (0x02, 0x01);
        return damaged;
    }

    /// <summary>A few bytes that announce this many pixels; the data is next to nothing.</summary>
    public static byte[] Announcing(int width, int height)
    {
        var jpeg = new List<byte> { 0xFF, 0xD8 };
        Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]);
        Segment(0xC2, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
        Segment(0xC4, [0, 1, .. new byte[15], 0]);
        Segment(0xDA, [3, 1, 0, 2, 0, 3, 0, 0, 0, 0]);
        return [.. jpeg, .. new byte[8], 0xFF, 0xD9];

        void Segment(byte marker, byte[] content) => jpeg.AddRange([0xFF, marker, 0, (byte)(content.Length + 2), .. content]);
    }
}
