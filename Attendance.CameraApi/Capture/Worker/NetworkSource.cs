using OpenCvSharp;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>
/// A camera on the network, as a stream of JPEGs: passed on as they come from one that speaks motion JPEG over HTTP, made by
/// the program <c>ffmpeg</c> from anything else. OpenCV cannot do it: its native library for Linux is built without network
/// protocols. The address may hold credentials, so nothing here ever mentions it.
/// </summary>
internal sealed class NetworkSource(CaptureRequest request, Uri address) : ICaptureSource
{
    private readonly JpegEncoder _encoder = new(request.JpegQuality);
    private INetworkStream? _stream;
    private JpegReader _reader = null!;
    private ReadOnlyMemory<byte> _first;

    public CaptureOpened Open()
    {
        using var patience = new CancellationTokenSource(request.OpenTimeout);
        try
        {
            return OpenAsync(patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (patience.IsCancellationRequested && exception is not CaptureException)
        {
            throw CaptureFailures.OpenTimedOut(request);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or InvalidDataException)
        {
            throw NotOpened();
        }
    }

    public bool TryRead(FrameBuffer frame, CancellationToken stop)
    {
        var jpeg = _first.IsEmpty ? Next(stop) : _first;
        _first = default;
        if (jpeg.IsEmpty)
        {
            return false;
        }

        var picture = MjpegBytes.Look(jpeg.Span);
        if (!picture.HasHuffmanTables)
        {
            using var decoded = Cv2.ImDecode(jpeg.Span, ImreadModes.Color);
            if (decoded.Empty())
            {
                return false;
            }

            _encoder.Encode(decoded, frame);
            return true;
        }

        frame.Begin(picture.Width, picture.Height);
        frame.Put(jpeg.Span, _encoder.MeasureNowAndThen(jpeg.Span), _stream!.IsDevicesOwn ? FrameFlags.PassedThrough : FrameFlags.None);
        return true;
    }

    public void Dispose() => _stream?.Dispose();

    private async Task<CaptureOpened> OpenAsync(CancellationToken cancellationToken)
    {
        _stream = await HttpStream.TryOpenAsync(request, address, cancellationToken);
        _stream ??= FfmpegStream.Open(request, address);
        _reader = new JpegReader(_stream.Content);
        _first = await _reader.ReadAsync(cancellationToken);
        if (_first.IsEmpty)
        {
            throw NotOpened();
        }

        var picture = MjpegBytes.Look(_first.Span);
        return new(picture.Width, picture.Height, 0, _stream.IsDevicesOwn ? "mjpeg" : "encoded", _stream.Backend);
    }

    private ReadOnlyMemory<byte> Next(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(request.ReadTimeout);
        try
        {
            var jpeg = _reader.ReadAsync(patience.Token).AsTask().GetAwaiter().GetResult();
            return jpeg.IsEmpty ? throw Stopped() : jpeg;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return default;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidDataException)
        {
            throw Stopped();
        }
    }

    private CaptureException NotOpened() => new(
        CaptureFailureCode.OpenFailed,
        $"Camera '{request.CameraId}': the stream could not be opened. Is the camera reachable, and are its address and its credentials right?");

    private CaptureException Stopped() =>
        new(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}': the stream ended or stopped delivering.");
}

internal interface INetworkStream : IDisposable
{
    /// <summary>JPEGs, one after the other.</summary>
    Stream Content { get; }

    string Backend { get; }

    /// <summary>The JPEGs are as the camera made them.</summary>
    bool IsDevicesOwn { get; }
}
