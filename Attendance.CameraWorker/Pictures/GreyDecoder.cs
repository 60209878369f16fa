using System.Runtime.InteropServices;

namespace Attendance.CameraWorker.Pictures;

/// <summary>Decodes only the brightness of JPEGs, for measuring. It works only if <see cref="TurboJpeg.IsAvailable"/>.</summary>
internal static partial class GreyDecoder
{
    private const int GreyPixels = 6; // TJPF_GRAY
    private const int FastDct = 2048; // TJFLAG_…

    /// <param name="maxPixels">The most pixels that the JPEG may have.</param>
    /// <param name="pixels">A byte for each pixel afterwards. It is replaced by a longer one if it must be.</param>
    /// <returns>The size; null if the JPEG is damaged or too large.</returns>
    public static unsafe (int Width, int Height)? TryDecode(ReadOnlySpan<byte> jpeg, int maxPixels, ref byte[] pixels)
    {
        var decompressor = TurboJpeg.CreateDecompressor();
        try
        {
            fixed (byte* bytes = jpeg)
            {
                int width, height, form, colourSpace;
                var length = new CULong((nuint)jpeg.Length);
                if (TurboJpeg.ReadHeader(decompressor, bytes, length, &width, &height, &form, &colourSpace) != TurboJpeg.Success || width < 1 || height < 1 || (long)width * height > maxPixels)
                {
                    return null;
                }

                if (pixels.Length < width * height)
                {
                    pixels = new byte[width * height];
                }

                fixed (byte* to = pixels)
                {
                    return Decompress(decompressor, bytes, length, to, width, width, height, GreyPixels, FastDct) == TurboJpeg.Success ? (width, height) : null;
                }
            }
        }
        finally
        {
            _ = TurboJpeg.Destroy(decompressor);
        }
    }

    [LibraryImport(TurboJpeg.Library, EntryPoint = "tjDecompress2")]
    private static unsafe partial int Decompress(nint decompressor, byte* jpeg, CULong length, byte* pixels, int width, int pitch, int height, int form, int flags);
}
