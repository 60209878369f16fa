using Attendance.CameraWorker.Pictures;
using Attendance.CameraWorker.Sources;
using OpenCvSharp;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// A camera on the network, as a stream of JPEGs. JPEGs that a camera sends over HTTP are passed on unchanged; the program <c>ffmpeg</c>
/// makes them from anything else. OpenCV cannot do this, because its native library for Linux is built without network protocols. The
/// address may hold credentials, so no message here contains it.
/// </summary>
internal sealed class NetworkSource(CaptureRequest request, Uri configured) : ICaptureSource
{
    private const int MostTooLarge = 10;

    private readonly JpegEncoder _encoder = new(request.JpegQuality, request.MaxPixels);
    private readonly CameraConnection _connection = new(request.CameraId, new CertificateCheck(request.Certificate));
    private readonly PicturePatience _patience = new(TimeProvider.System, request.ReadTimeout, request.FrameRate);
    private readonly RepeatedPictures _repeated = new(request.IsKnownToChange);
    private readonly RateLimit _rate = new(CaptureProtocol.MaxFrameRate, atOnce: 6);
    private INetworkStream? _stream;
    private PictureReader _reader = null!;
    private ReadOnlyMemory<byte> _first;
    private int _tooManyPixels; // how many pictures in a row have had too many pixels
    private bool _isOpen;

    public CaptureOpened Open()
    {
        using var patience = new CancellationTokenSource(request.OpenTimeout);
        try
        {
            return OpenAsync(patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (patience.IsCancellationRequested && exception is not CaptureException)
        {
            throw _stream is null
                ? _connection.Failure(CaptureFailureCode.OpenTimedOut, $"it did not answer within {request.OpenTimeout.TotalSeconds:0.#} s.")
                : _connection.Failure(CaptureFailureCode.OpenTimedOut, $"no picture came within {request.OpenTimeout.TotalSeconds:0.#} s: {WhyNoPicture}");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw _connection.Failure(WhyNoPicture);
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

        var isNew = !_stream!.IsDevicesOwn || _repeated.IsNew(jpeg.Span, _reader.Stamp);
        if (isNew)
        {
            _patience.Saw();
        }
        else if (_patience.IsOver)
        {
            throw _connection.Failure(CaptureFailureCode.ReadFailed, $"it sends the same picture again and again; no new one for {_patience.Allowed.TotalSeconds:0.#} s.");
        }

        return _rate.TryPass() && TryPut(jpeg.Span, frame, isNew);
    }

    public void Dispose() => _stream?.Dispose();

    private string WhyNoPicture =>
        _tooManyPixels > 0 ? $"its pictures have more than {request.MaxPixels} pixels; raise 'Capture:MaxPixels', or lower the camera's resolution."
        : _reader is { TooLong: > 0 } ? $"its pictures are longer than {CaptureProtocol.MaxJpegLength / 1024 / 1024} MB; lower the camera's quality or resolution."
        : _stream?.WhyNoPicture ?? (_reader is { Damaged: > 0 } ? "its stream holds no whole JPEG." : "its stream holds no picture.");

    private FrameFlags Changing => _repeated.IsChanging ? FrameFlags.Changing : FrameFlags.None;

    private bool TryPut(ReadOnlySpan<byte> jpeg, FrameBuffer frame, bool isNew)
    {
        var picture = MjpegBytes.Look(jpeg);
        frame.Begin(picture.Width, picture.Height, isNew);
        if (picture.HasHuffmanTables)
        {
            frame.Put(jpeg, _encoder.MeasureNowAndThen(jpeg), _stream!.IsDevicesOwn ? FrameFlags.PassedThrough | Changing : FrameFlags.None);
            return true;
        }

        using var decoded = _encoder.TryDecode(jpeg, ImreadModes.Color);
        if (decoded is null)
        {
            return false;
        }

        _encoder.Encode(decoded, frame, isNew, Changing);
        return true;
    }

    private async Task<CaptureOpened> OpenAsync(CancellationToken cancellationToken)
    {
        _stream = await StreamAsync(new CameraAddress(configured), cancellationToken);
        _reader = new PictureReader(_stream.Content, _stream.Boundary);
        _first = await ReadAsync(cancellationToken);
        if (_first.IsEmpty)
        {
            throw _connection.Failure(WhyNoPicture);
        }

        _isOpen = true;
        var picture = MjpegBytes.Look(_first.Span);
        return new(picture.Width, picture.Height, 0, _stream.IsDevicesOwn ? "mjpeg" : "encoded", _stream.Backend);
    }

    private async Task<INetworkStream> StreamAsync(CameraAddress address, CancellationToken cancellationToken)
    {
        if (address.Bare.Scheme is "rtsp" or "rtsps")
        {
            return await FfmpegAsync(await RtspRelay.OpenAsync(_connection, address, cancellationToken), cancellationToken);
        }

        var camera = new HttpCamera(_connection, address);
        var (answer, isPictures) = await HttpStream.LookAsync(await camera.OpenAsync(cancellationToken), cancellationToken);
        return isPictures ? new HttpStream(answer) : await FfmpegAsync(new HttpRelay(camera, answer), cancellationToken);
    }

    private async Task<INetworkStream> FfmpegAsync(IFfmpegInput relay, CancellationToken cancellationToken)
    {
        try
        {
            return await FfmpegStream.OpenAsync(request, relay, cancellationToken);
        }
        catch
        {
            relay.Dispose();
            throw;
        }
    }

    /// <returns>The next picture that may be decoded, or empty at the end of the stream.</returns>
    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var jpeg = await _reader.ReadAsync(cancellationToken);
            if (jpeg.IsEmpty || MjpegBytes.IsDecodable(jpeg.Span, request.MaxPixels))
            {
                _tooManyPixels = 0;
                return jpeg;
            }

            if (++_tooManyPixels == MostTooLarge)
            {
                throw _connection.Failure(_isOpen ? CaptureFailureCode.ReadFailed : CaptureFailureCode.OpenFailed, WhyNoPicture);
            }
        }
    }

    private ReadOnlyMemory<byte> Next(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(_patience.Allowed);
        try
        {
            var jpeg = ReadAsync(patience.Token).AsTask().GetAwaiter().GetResult();
            return jpeg.IsEmpty ? throw _connection.Failure(CaptureFailureCode.ReadFailed, _stream!.IsDevicesOwn && _stream.WhyNoPicture is { } why ? why : "the stream ended.") : jpeg;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return default;
        }
        catch (OperationCanceledException)
        {
            throw _connection.Failure(CaptureFailureCode.ReadFailed, $"no new picture came for {_patience.Allowed.TotalSeconds:0.#} s.");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw _connection.Failure(CaptureFailureCode.ReadFailed, exception is IOException ? "the connection broke." : "its stream can no longer be read.");
        }
    }
}
