using System.Buffers.Binary;

namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// Examines a camera's JPEG without decoding it: whether it is complete, how large it is, and whether it can be shown unchanged.
/// </summary>
internal static class MjpegBytes
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, HuffmanTables = 0xC4, JpegExtension = 0xC8, ArithmeticTables = 0xCC;
    private static readonly byte[] s_end = [0xFF, EndOfImage];

    /// <summary>Finds the length of a picture without the padding that drivers put behind it in the buffer.</summary>
    /// <returns>The length, or 0 if the picture is cut off or lacks the Huffman tables, which motion JPEG may leave out.</returns>
    public static int CompleteLength(ReadOnlySpan<byte> bytes)
    {
        var picture = Look(bytes);
        var end = picture.Scan > 0 ? bytes.LastIndexOf(s_end) : -1;
        return picture.HasHuffmanTables && end > picture.Scan ? end + s_end.Length : 0;
    }

    /// <param name="bytes">Bytes that begin with a start of image. More may follow the picture.</param>
    /// <returns>The length of the first picture in <paramref name="bytes"/>, or 0 if its end has not arrived yet.</returns>
    public static int FirstLength(ReadOnlySpan<byte> bytes)
    {
        var scan = Look(bytes).Scan;
        var end = scan > 0 ? bytes[scan..].IndexOf(s_end) : -1;
        return end >= 0 ? scan + end + s_end.Length : 0;
    }

    /// <summary>
    /// Whether the picture states a size of at most <paramref name="maxPixels"/>. A few bytes can announce a picture that takes gigabytes.
    /// </summary>
    public static bool IsDecodable(ReadOnlySpan<byte> bytes, int maxPixels) =>
        Look(bytes) is { Width: > 0, Height: > 0 } picture && (long)picture.Width * picture.Height <= maxPixels;

    /// <summary>Reads the segments before the picture's data. Thumbnails inside them are ignored.</summary>
    public static (int Width, int Height, bool HasHuffmanTables, int Scan) Look(ReadOnlySpan<byte> bytes)
    {
        var (width, height, hasTables) = (0, 0, false);
        if (bytes.Length < 2 || bytes[0] != 0xFF || bytes[1] != StartOfImage)
        {
            return default;
        }

        for (var at = 2; at + 4 <= bytes.Length && bytes[at] == 0xFF;)
        {
            var marker = bytes[at + 1];
            if (marker == 0xFF) // fill byte before a marker
            {
                at++;
                continue;
            }

            var next = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            switch (marker)
            {
                case StartOfScan:
                    return (width, height, hasTables, next < bytes.Length ? next : 0);
                case HuffmanTables:
                    hasTables = true;
                    break;
                case >= 0xC0 and <= 0xCF and not JpegExtension and not ArithmeticTables when at + 9 <= bytes.Length:
                    height = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]);
                    width = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]);
                    break;
            }

            at = next;
        }

        return default;
    }
}
