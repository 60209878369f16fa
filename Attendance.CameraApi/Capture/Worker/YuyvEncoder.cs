namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Puts a picture into a frame as JPEG, from the bytes of a camera that delivers YUYV. Only where <see cref="TurboJpeg.IsAvailable"/>.</summary>
internal sealed class YuyvEncoder(int width, int height, int jpegQuality) : IDisposable
{
    private readonly YuvPlanes _planes = new(width, height);
    private readonly TurboJpeg _jpeg = new(width, height, jpegQuality);
    private readonly PictureMeter _meter = new();

    /// <exception cref="ArgumentException">There are not just as many bytes as the picture has.</exception>
    public void Encode(ReadOnlySpan<byte> yuyv, FrameBuffer frame)
    {
        frame.Begin(width, height);
        _planes.Fill(yuyv);
        frame.Put(_jpeg.Encode(_planes), _meter.MeasureNowAndThen(_planes.Y, width, height, channels: 1));
    }

    public void Dispose() => _jpeg.Dispose();
}
