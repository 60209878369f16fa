using System.Buffers.Binary;

namespace Attendance.Web.Faces.Finding;

/// <summary>The reasons to refuse a picture before it is judged.</summary>
internal enum PictureFault
{
    /// <summary>The picture is not a JPEG, or it is of a kind that no camera makes.</summary>
    NotJpeg,

    /// <summary>The width or the height is more than <see cref="JpegStructure.MaxSide"/> pixels.</summary>
    TooLarge,

    /// <summary>The data ends before the end of the picture.</summary>
    Truncated,

    /// <summary>The structure is that of a JPEG, but the data cannot be decoded.</summary>
    Damaged,
}

/// <summary>
/// Checks the structure of a JPEG without decoding it. A few bytes can announce a picture that needs gigabytes of memory, or one with
/// a hundred thousand scans, so this is checked before anything is decoded.
/// </summary>
internal static class JpegStructure
{
    public const int MaxSide = 4096;

    /// <summary>The largest number of scans. Each is a pass over the whole picture, and usual progressive pictures have about ten.</summary>
    private const int MaxScans = 20;

    /// <returns>The fault, or null if the picture may be decoded.</returns>
    public static PictureFault? Check(ReadOnlySpan<byte> jpeg)
    {
        if (!jpeg.StartsWith((ReadOnlySpan<byte>)[0xFF, Marker.StartOfImage]))
        {
            return PictureFault.NotJpeg;
        }

        var rest = jpeg[2..];
        var (frames, scans) = (0, 0);
        while (true)
        {
            // Any number of 0xFF bytes may precede a marker.
            var fill = rest.IndexOfAnyExcept((byte)0xFF);
            if (fill < 0)
            {
                return PictureFault.Truncated;
            }

            if (fill == 0)
            {
                return PictureFault.NotJpeg;
            }

            var marker = rest[fill];
            rest = rest[(fill + 1)..];
            if (marker == Marker.EndOfImage)
            {
                return scans > 0 ? null : PictureFault.NotJpeg;
            }

            if (rest.Length < 2)
            {
                return PictureFault.Truncated;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (length < 2 || Marker.HasNoLength(marker))
            {
                return PictureFault.NotJpeg;
            }

            if (length > rest.Length)
            {
                return PictureFault.Truncated;
            }

            var content = rest[2..length];
            rest = rest[length..];
            if (Marker.IsFrame(marker))
            {
                if (++frames > 1)
                {
                    return PictureFault.NotJpeg;
                }

                if (CheckFrame(marker, content) is { } fault)
                {
                    return fault;
                }
            }
            else if (marker == Marker.StartOfScan)
            {
                if (frames == 0 || ++scans > MaxScans)
                {
                    return PictureFault.NotJpeg;
                }

                var end = EndOfScan(rest);
                if (end < 0)
                {
                    return PictureFault.Truncated;
                }

                rest = rest[end..];
            }
        }
    }

    private static PictureFault? CheckFrame(byte marker, ReadOnlySpan<byte> content)
    {
        // Precision, height, width, number of components, and three bytes for each component.
        if (!Marker.IsHuffmanFrame(marker) || content.Length < 6 || content[0] != 8 || content[5] is not (1 or 3)
            || content.Length != 6 + 3 * content[5])
        {
            return PictureFault.NotJpeg;
        }

        var height = BinaryPrimitives.ReadUInt16BigEndian(content[1..]);
        var width = BinaryPrimitives.ReadUInt16BigEndian(content[3..]);
        return (width, height) switch
        {
            (0, _) or (_, 0) => PictureFault.NotJpeg, // height 0 means that the height follows the first scan, which no camera does
            ( > MaxSide, _) or (_, > MaxSide) => PictureFault.TooLarge,
            _ => null,
        };
    }

    /// <summary>
    /// Returns the position of the next marker that is not part of the scan's data, or -1 if there is none. Within a scan, 0xFF 0 is a data
    /// byte, and restart markers may occur.
    /// </summary>
    private static int EndOfScan(ReadOnlySpan<byte> data)
    {
        for (var at = 0; ;)
        {
            var next = data[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= data.Length)
            {
                return -1;
            }

            at += next;
            if (data[at + 1] is not (0 or >= Marker.FirstRestart and <= Marker.LastRestart))
            {
                return at;
            }

            at += 2;
        }
    }

    private static class Marker
    {
        public const byte FirstRestart = 0xD0;
        public const byte LastRestart = 0xD7;
        public const byte StartOfImage = 0xD8;
        public const byte EndOfImage = 0xD9;
        public const byte StartOfScan = 0xDA;

        /// <summary>Returns whether the marker is from 0xC0 to 0xCF, except the tables DHT and DAC and the reserved marker JPG.</summary>
        public static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

        /// <summary>Returns whether the frame is baseline, extended or progressive. Lossless, hierarchical and arithmetic are obsolete.</summary>
        public static bool IsHuffmanFrame(byte marker) => marker is >= 0xC0 and <= 0xC2;

        public static bool HasNoLength(byte marker) => marker is 0 or 1 or (>= FirstRestart and <= StartOfImage);
    }
}
