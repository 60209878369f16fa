using System.Buffers.Binary;
using Attendance.Web.Faces.Finding;
using OpenCvSharp;

namespace Attendance.Web.Import.Pictures;

/// <summary>
/// Recognizes JPEG, PNG and WebP by their first bytes, and turns the latter two into JPEG. How large a picture says to be is looked at
/// before anything is decoded.
/// </summary>
internal static class PictureFormat
{
    private const int Quality = 95, HeaderLength = 30;
    private const byte Animated = 0x02; // of the flags of an extended WebP

    public const string NoPicture = "This is no JPEG, PNG or WebP picture.";
    public const string TooManyPixels = "The picture has more than 4096 pixels one way. Make it smaller.";
    public const string Broken = "The picture is damaged: it cannot be decoded.";

    /// <returns>Why the file is not read as a picture, or null.</returns>
    public static string? Check(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
        {
            return JpegStructure.Check(file) switch
            {
                null => null,
                PictureFault.TooLarge => TooManyPixels,
                PictureFault.NotJpeg => "This is a JPEG of a kind that is not read here. Save it again with another program.",
                _ => Broken,
            };
        }

        if (SizeOf(file) is not { } size)
        {
            return NoPicture;
        }

        return size is (0, _) or (_, 0) ? Broken : Math.Max(size.Width, size.Height) > JpegStructure.MaxSide ? TooManyPixels : null;
    }

    /// <param name="file">A file that <see cref="Check"/> accepts.</param>
    /// <returns>The picture as a JPEG, or null if it cannot be decoded.</returns>
    public static byte[]? ToJpeg(byte[] file)
    {
        if (file[0] == 0xFF)
        {
            return file;
        }

        using var picture = PictureDecoding.Decode(file);
        return picture is { Width: <= JpegStructure.MaxSide, Height: <= JpegStructure.MaxSide }
            ? picture.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, Quality))
            : null;
    }

    private static (long Width, long Height)? SizeOf(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength)
        {
            return null;
        }

        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) && file[12..16].SequenceEqual("IHDR"u8))
        {
            return (BinaryPrimitives.ReadUInt32BigEndian(file[16..]), BinaryPrimitives.ReadUInt32BigEndian(file[20..]));
        }

        if (!file.StartsWith("RIFF"u8) || !file[8..12].SequenceEqual("WEBP"u8))
        {
            return null;
        }

        var chunk = file[12..16];
        return chunk.SequenceEqual("VP8 "u8) ? (BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3FFF)
            : chunk.SequenceEqual("VP8L"u8) ? Lossless(BinaryPrimitives.ReadUInt32LittleEndian(file[21..]))
            : chunk.SequenceEqual("VP8X"u8) && (file[20] & Animated) == 0 ? (1 + Of24(file[24..]), 1 + Of24(file[27..]))
            : null;
    }

    private static (long, long) Lossless(uint bits) => ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);

    private static long Of24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
