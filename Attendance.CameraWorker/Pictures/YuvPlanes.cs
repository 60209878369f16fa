using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// A picture in the form that JPEG needs: a plane of brightness, and two planes of colour with half as many columns and rows. It is filled
/// from YUYV, in which two pixels take four bytes and share their colour, or from I420, which has these planes already. Nearly every camera
/// that does not deliver JPEG delivers YUYV, and decoders of video deliver I420. Like OpenCV, this class assumes the bytes to be in the
/// range of television, where black is 16 and white is 235, and stretches them to the range of JPEG, 0 to 255.
/// </summary>
internal sealed class YuvPlanes
{
    public const int BytesPerPixel = 2;
    private const int VectorPixels = 16;

    // The stretch factors in 128ths, so that products fit in 16 bits: 255/219 for brightness, and 255/224 for colour, halved because it is
    // applied to the sum of two rows.
    private const int Black = 16, BrightnessFactor = 149, ColourFactor = 73, Half = 64, Shift = 7;
    private const int NoColour = 128;

    /// <param name="width">Must be even, because two pixels share their colour.</param>
    public YuvPlanes(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(width % 2, 0, nameof(width));
        (Width, Height) = (width, height);
        Y = new byte[width * height];
        (U, V) = (new byte[width / 2 * ((height + 1) / 2)], new byte[width / 2 * ((height + 1) / 2)]);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Y { get; }

    public byte[] U { get; }

    public byte[] V { get; }

    /// <exception cref="ArgumentException">The number of bytes is not exactly that of the picture.</exception>
    public void Fill(ReadOnlySpan<byte> yuyv)
    {
        if (yuyv.Length != Width * Height * BytesPerPixel)
        {
            throw new ArgumentException($"{Width} x {Height} pixels of YUYV are {Width * Height * BytesPerPixel} bytes, not {yuyv.Length}.", nameof(yuyv));
        }

        var row = Width * BytesPerPixel;
        for (var y = 0; y < Height; y += 2)
        {
            var second = Math.Min(y + 1, Height - 1); // if the number of rows is odd, the last row is paired with itself
            FillRows(
                yuyv.Slice(y * row, row), yuyv.Slice(second * row, row), Y.AsSpan(y * Width, Width), Y.AsSpan(second * Width, Width),
                U.AsSpan(y / 2 * (Width / 2), Width / 2), V.AsSpan(y / 2 * (Width / 2), Width / 2));
        }
    }

    /// <param name="width">The width of the picture. If it is odd, its last column is left out.</param>
    /// <param name="height">The height of the picture. If it is odd, its last row is left out.</param>
    /// <exception cref="ArgumentException">The number of bytes is not that of the picture, or these planes are of another size.</exception>
    public void FillI420(ReadOnlySpan<byte> i420, int width, int height)
    {
        var (colours, rows) = ((width + 1) / 2, (height + 1) / 2);
        if (i420.Length != BytesOfI420(width, height) || (Width, Height) != (width & ~1, height & ~1))
        {
            throw new ArgumentException($"{i420.Length} bytes are not {width} x {height} pixels of I420, or not for {Width} x {Height}.", nameof(i420));
        }

        Stretch(i420, width, Y, Width, Height, s_brightness);
        Stretch(i420[(width * height)..], colours, U, Width / 2, Height / 2, s_colour);
        Stretch(i420[(width * height + colours * rows)..], colours, V, Width / 2, Height / 2, s_colour);
    }

    public static int BytesOfI420(int width, int height) => width * height + 2 * ((width + 1) / 2 * ((height + 1) / 2));

    private static readonly byte[] s_brightness = [.. Enumerable.Range(0, 256).Select(Brightness)];
    private static readonly byte[] s_colour = [.. Enumerable.Range(0, 256).Select(value => Colour(2 * value))];

    private static void Stretch(ReadOnlySpan<byte> from, int stride, byte[] to, int width, int height, byte[] table)
    {
        for (var y = 0; y < height; y++)
        {
            var row = from.Slice(y * stride, width);
            var stretched = to.AsSpan(y * width, width);
            for (var x = 0; x < width; x++)
            {
                stretched[x] = table[row[x]];
            }
        }
    }

    /// <summary>Fills two rows. It is optimized from the first call on, because most of the time is spent here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillRows(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> firstY, Span<byte> secondY, Span<byte> u, Span<byte> v)
    {
        var x = 0;
        for (; Vector128.IsHardwareAccelerated && x + VectorPixels <= firstY.Length; x += VectorPixels)
        {
            var (a, b) = (Load(first, x), Load(first, x + VectorPixels / 2));
            var (c, d) = (Load(second, x), Load(second, x + VectorPixels / 2));
            Vector128.Narrow(Brightness(a), Brightness(b)).CopyTo(firstY[x..]);
            Vector128.Narrow(Brightness(c), Brightness(d)).CopyTo(secondY[x..]);

            // Eight pairs of U and V are first interleaved, then separated into all U and all V.
            var colours = Vector128.Narrow(Colour(a, c), Colour(b, d)).AsUInt16();
            var planes = Vector128.Narrow(colours & Vector128.Create((ushort)0xFF), colours >>> 8).AsUInt64();
            MemoryMarshal.Write(u[(x / 2)..], planes[0]);
            MemoryMarshal.Write(v[(x / 2)..], planes[1]);
        }

        for (; x < firstY.Length; x += 2)
        {
            var at = x * BytesPerPixel;
            (firstY[x], firstY[x + 1]) = (Brightness(first[at]), Brightness(first[at + 2]));
            (secondY[x], secondY[x + 1]) = (Brightness(second[at]), Brightness(second[at + 2]));
            u[x / 2] = Colour(first[at + 1] + second[at + 1]);
            v[x / 2] = Colour(first[at + 3] + second[at + 3]);
        }
    }

    private static Vector128<ushort> Load(ReadOnlySpan<byte> row, int x) => Vector128.Create(row.Slice(x * BytesPerPixel, Vector128<byte>.Count)).AsUInt16();

    private static Vector128<ushort> Brightness(Vector128<ushort> pixels)
    {
        var above = Vector128.Max(pixels & Vector128.Create((ushort)0xFF), Vector128.Create((ushort)Black)) - Vector128.Create((ushort)Black);
        return Vector128.Min((above * BrightnessFactor + Vector128.Create((ushort)Half)) >>> Shift, Vector128.Create((ushort)255));
    }

    private static byte Brightness(int pixel) => (byte)Math.Min((Math.Max(pixel - Black, 0) * BrightnessFactor + Half) >> Shift, 255);

    private static Vector128<ushort> Colour(Vector128<ushort> pixels, Vector128<ushort> below)
    {
        var sum = ((pixels >>> 8) + (below >>> 8)).AsInt16() - Vector128.Create((short)(2 * NoColour));
        var colour = ((sum * ColourFactor + Vector128.Create((short)Half)) >> Shift) + Vector128.Create((short)NoColour);
        return Vector128.Min(Vector128.Max(colour, Vector128<short>.Zero), Vector128.Create((short)255)).AsUInt16();
    }

    private static byte Colour(int sum) => (byte)Math.Clamp((((sum - 2 * NoColour) * ColourFactor + Half) >> Shift) + NoColour, 0, 255);
}
