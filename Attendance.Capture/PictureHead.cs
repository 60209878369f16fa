using System.Buffers.Binary;

namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// The head of each picture that goes to or comes from the process for WebRTC, little-endian: width, height, bytes that follow, 0. The planes
/// of I420 follow.
/// </summary>
internal static class I420Head
{
    public const int Length = 16;

    /// <summary>The largest width and height of a picture.</summary>
    public const int LargestSide = 8192;

    public static void Write(Span<byte> head, int width, int height, int planesLength)
    {
        BinaryPrimitives.WriteInt32LittleEndian(head, width);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], height);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], planesLength);
    }

    public static (int Width, int Height, int PlanesLength) Read(ReadOnlySpan<byte> head) =>
        (BinaryPrimitives.ReadInt32LittleEndian(head), BinaryPrimitives.ReadInt32LittleEndian(head[4..]), BinaryPrimitives.ReadInt32LittleEndian(head[8..]));
}
