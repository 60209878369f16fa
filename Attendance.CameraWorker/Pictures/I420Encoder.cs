namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// Encodes decoded video, which is I420, as JPEG and puts it into a frame. It works only if <see cref="TurboJpeg.IsAvailable"/>.
/// </summary>
/// <param name="width">The width of the pictures. If it is odd, the last column is left out.</param>
/// <param name="height">The height of the pictures. If it is odd, the last row is left out.</param>
internal sealed class I420Encoder(int width, int height, int jpegQuality) : IDisposable
{
    private readonly YuvPlanes _planes = new(width & ~1, height & ~1);
    private readonly TurboJpeg _jpeg = new(width & ~1, height & ~1, jpegQuality);
    private readonly PictureMeter _meter = new();

    public (int Width, int Height) Size => (width, height);

    /// <exception cref="ArgumentException">The number of bytes is not exactly that of the picture.</exception>
    public void Encode(ReadOnlySpan<byte> i420, FrameBuffer frame)
    {
        frame.Begin(_planes.Width, _planes.Height);
        _planes.FillI420(i420, width, height);
        frame.Put(_jpeg.Encode(_planes), _meter.MeasureNowAndThen(_planes.Y, _planes.Width, _planes.Height, channels: 1));
    }

    public void Dispose() => _jpeg.Dispose();
}
