namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// Encodes the bytes of a camera that delivers YUYV as JPEG and puts them into a frame. It works only if <see cref="TurboJpeg.IsAvailable"/>.
/// </summary>
internal sealed class YuyvEncoder(int width, int height, int jpegQuality) : IDisposable
{
    private readonly YuvPlanes _planes = new(width, height);
    private readonly TurboJpeg _jpeg = new(width, height, jpegQuality);
    private readonly PictureMeter _meter = new();

    /// <exception cref="ArgumentException">The number of bytes is not exactly that of the picture.</exception>
    public void Encode(ReadOnlySpan<byte> yuyv, FrameBuffer frame)
    {
        frame.Begin(width, height);
        _planes.Fill(yuyv);
        frame.Put(_jpeg.Encode(_planes), _meter.MeasureNowAndThen(_planes.Y, width, height, channels: 1));
    }

    public void Dispose() => _jpeg.Dispose();
}
