using System.Runtime.InteropServices;

namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// Decodes JPEGs as I420, which encoders of video take: planes of half as many columns and rows for colour, in the range of television. It works
/// only if <see cref="TurboJpeg.IsAvailable"/>. Only one thread may use an instance.
/// </summary>
/// <param name="maxPixels">The most pixels that a JPEG may have.</param>
internal sealed partial class I420Decoder(int maxPixels) : IDisposable
{
    /// <summary>A larger picture is halved until it has at most so many pixels, because encoding video costs in proportion to them.</summary>
    public const int MostPixels = 1280 * 960;

    private const int SmallestScale = 8;
    private const int Brightness = 0, FirstColour = 1, SecondColour = 2;
    private const int Grey = 3; // TJSAMP_GRAY
    private const int FastDct = 2048; // TJFLAG_…
    private const byte NoColour = 128;
    private const int FractionBits = 8;

    private static readonly byte[] s_brightness = [.. Enumerable.Range(0, 256).Select(value => (byte)(16 + (value * 219 + 127) / 255))];
    private static readonly byte[] s_colour = [.. Enumerable.Range(0, 256).Select(value => (byte)Math.Round(NoColour + (value - NoColour) * 224 / 255.0))];

    private readonly byte[][] _planes = [[], [], []];
    private byte[] _picture = [];
    private nint _decompressor = TurboJpeg.CreateDecompressor();

    /// <returns>The <see cref="PictureHead">head</see> and the planes, valid until the next call; empty if the JPEG is damaged or too large.</returns>
    public ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> jpeg)
    {
        if (DecodePlanes(jpeg) is not { Width: >= 2, Height: >= 2 } decoded)
        {
            return [];
        }

        var (width, height) = (decoded.Width & ~1, decoded.Height & ~1);
        var (pixels, colours) = (width * height, width / 2 * (height / 2));
        var length = YuvPlanes.BytesOfI420(width, height);
        if (_picture.Length != PictureHead.Length + length)
        {
            _picture = new byte[PictureHead.Length + length];
        }

        PictureHead.WriteI420(_picture, width, height, length);
        var planes = _picture.AsSpan(PictureHead.Length);
        Fit(Brightness, decoded, planes[..pixels], width, height, s_brightness);
        Fit(FirstColour, decoded, planes.Slice(pixels, colours), width / 2, height / 2, s_colour);
        Fit(SecondColour, decoded, planes[(pixels + colours)..], width / 2, height / 2, s_colour);
        return _picture;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _decompressor, 0) is var decompressor and not 0)
        {
            _ = TurboJpeg.Destroy(decompressor);
        }
    }

    /// <summary>Decodes the JPEG into planes of its own form, which may have more colours than I420, or none.</summary>
    private unsafe Decoded? DecodePlanes(ReadOnlySpan<byte> jpeg)
    {
        fixed (byte* bytes = jpeg)
        {
            int width, height, form, colourSpace;
            var length = new CULong((nuint)jpeg.Length);
            if (TurboJpeg.ReadHeader(_decompressor, bytes, length, &width, &height, &form, &colourSpace) != TurboJpeg.Success
                || width is < 1 or > PictureHead.LargestSide || height is < 1 or > PictureHead.LargestSide || (long)width * height > maxPixels)
            {
                return null;
            }

            var scale = 1;
            while (scale < SmallestScale && (long)(width / scale) * (height / scale) > MostPixels)
            {
                scale *= 2;
            }

            var decoded = new Decoded((width + scale - 1) / scale, (height + scale - 1) / scale, form);
            for (var plane = 0; plane < (form == Grey ? 1 : _planes.Length); plane++)
            {
                var size = PlaneWidth(plane, decoded.Width, form) * PlaneHeight(plane, decoded.Height, form);
                if (_planes[plane].Length < size)
                {
                    _planes[plane] = new byte[size];
                }
            }

            fixed (byte* y = _planes[0], u = _planes[1], v = _planes[2])
            {
                var planes = stackalloc byte*[] { y, u, v };
                return DecompressPlanes(_decompressor, bytes, length, planes, decoded.Width, null, decoded.Height, FastDct) == TurboJpeg.Success ? decoded : null;
            }
        }
    }

    /// <summary>Copies a plane to another size by leaving out or repeating columns and rows, and to the other range.</summary>
    private void Fit(int plane, Decoded decoded, Span<byte> to, int width, int height, byte[] table)
    {
        if (plane != Brightness && decoded.Form == Grey)
        {
            to.Fill(NoColour);
            return;
        }

        var (stride, rows) = (PlaneWidth(plane, decoded.Width, decoded.Form), PlaneHeight(plane, decoded.Height, decoded.Form));
        var (across, down) = (Step(stride, width), Step(rows, height));
        for (var y = 0; y < height; y++)
        {
            var row = _planes[plane].AsSpan((y * down >> FractionBits) * stride, stride);
            var fitted = to.Slice(y * width, width);
            for (var x = 0; x < fitted.Length; x++)
            {
                fitted[x] = table[row[x * across >> FractionBits]];
            }
        }
    }

    /// <summary>Returns how far to go in a plane for one step in the picture, in fractions. A plane may be a little longer than the picture, for padding.</summary>
    private static int Step(int from, int to) => from >= to ? from / to << FractionBits : (from << FractionBits) / to;

    /// <param name="Form">How many colours there are to the pixels, in the library's numbers.</param>
    private readonly record struct Decoded(int Width, int Height, int Form);

    [LibraryImport(TurboJpeg.Library, EntryPoint = "tjDecompressToYUVPlanes")]
    private static unsafe partial int DecompressPlanes(
        nint decompressor, byte* jpeg, CULong length, byte** planes, int width, int* strides, int height, int flags);

    [LibraryImport(TurboJpeg.Library, EntryPoint = "tjPlaneWidth")]
    private static partial int PlaneWidth(int plane, int width, int form);

    [LibraryImport(TurboJpeg.Library, EntryPoint = "tjPlaneHeight")]
    private static partial int PlaneHeight(int plane, int height, int form);
}
