using System.Buffers.Binary;

namespace Attendance.Capture;

/// <summary>The form of the bytes that follow the head of a picture.</summary>
internal enum PictureForm
{
    /// <summary>The planes of I420.</summary>
    I420,

    /// <summary>A JPEG. Its head states no width and height, because it has its own.</summary>
    Jpeg,
}

/// <summary>The head of each picture on a socket between the processes of a node, little-endian: width, height, bytes that follow, and their form.</summary>
internal static class PictureHead
{
    public const int Length = 16;

    /// <summary>The largest width and height of a picture.</summary>
    public const int LargestSide = 8192;

    public static void WriteI420(Span<byte> head, int width, int height, int planesLength) => Write(head, width, height, planesLength, PictureForm.I420);

    public static void WriteJpeg(Span<byte> head, int jpegLength) => Write(head, 0, 0, jpegLength, PictureForm.Jpeg);

    public static (int Width, int Height, int BytesLength, PictureForm Form) Read(ReadOnlySpan<byte> head) => (
        BinaryPrimitives.ReadInt32LittleEndian(head), BinaryPrimitives.ReadInt32LittleEndian(head[4..]), BinaryPrimitives.ReadInt32LittleEndian(head[8..]),
        (PictureForm)BinaryPrimitives.ReadInt32LittleEndian(head[12..]));

    private static void Write(Span<byte> head, int width, int height, int length, PictureForm form)
    {
        BinaryPrimitives.WriteInt32LittleEndian(head, width);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], height);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], (int)form);
    }
}
