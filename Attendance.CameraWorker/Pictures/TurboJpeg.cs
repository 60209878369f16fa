using System.Runtime.InteropServices;

namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// The encoder of libjpeg-turbo, if it is installed. Unlike OpenCV's encoder it takes brightness and colour separately, as cameras deliver
/// them. This class calls its older functions, which versions 2 and 3 both have. Only one thread may use an instance.
/// </summary>
internal sealed partial class TurboJpeg : IDisposable
{
    public const string Library = "libturbojpeg.so.0";
    public const int Success = 0;
    private const int ColourHalvedBothWays = 2; // TJSAMP_420
    private const int NoReallocation = 1024, FastDct = 2048; // TJFLAG_…

    private static readonly Lazy<bool> s_isAvailable = new(() => OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Library, out _));

    private readonly byte[] _jpeg;
    private readonly int _width;
    private readonly int _height;
    private readonly int _quality;
    private nint _compressor;

    public TurboJpeg(int width, int height, int quality)
    {
        (_width, _height, _quality) = (width, height, quality);
        _jpeg = new byte[checked((int)BufferSize(width, height, ColourHalvedBothWays).Value)];
        _compressor = CreateCompressor();
        if (_compressor == 0)
        {
            throw new InvalidOperationException("TurboJPEG gives no encoder.");
        }
    }

    /// <summary>Whether the library is installed. The first call loads it.</summary>
    public static bool IsAvailable => s_isAvailable.Value;

    /// <returns>The JPEG, valid until the next call.</returns>
    public unsafe ReadOnlySpan<byte> Encode(YuvPlanes picture)
    {
        if ((picture.Width, picture.Height) != (_width, _height))
        {
            throw new ArgumentException("The encoder is for pictures of another size.", nameof(picture));
        }

        fixed (byte* y = picture.Y, u = picture.U, v = picture.V, jpeg = _jpeg)
        {
            var planes = stackalloc byte*[] { y, u, v };
            var buffer = jpeg;
            var length = new CULong((nuint)_jpeg.Length);
            if (CompressPlanes(_compressor, planes, _width, null, _height, ColourHalvedBothWays, &buffer, &length, _quality, NoReallocation | FastDct) != Success)
            {
                throw new InvalidOperationException("TurboJPEG did not encode a picture.");
            }

            return _jpeg.AsSpan(0, checked((int)length.Value));
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _compressor, 0) is var compressor and not 0)
        {
            _ = Destroy(compressor);
        }
    }

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    private static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "tjBufSize")]
    private static partial CULong BufferSize(int width, int height, int subsampling);

    [LibraryImport(Library, EntryPoint = "tjCompressFromYUVPlanes")]
    private static unsafe partial int CompressPlanes(
        nint compressor, byte** planes, int width, int* strides, int height, int subsampling, byte** jpeg, CULong* length, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    internal static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    internal static unsafe partial int ReadHeader(nint decompressor, byte* jpeg, CULong length, int* width, int* height, int* form, int* colourSpace);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    internal static partial int Destroy(nint codec);
}
