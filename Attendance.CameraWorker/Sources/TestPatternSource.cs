using System.Globalization;
using Attendance.CameraWorker.Pictures;
using StbImageWriteSharp;

namespace Attendance.CameraWorker.Sources;

/// <summary>
/// A clock with a sweeping hand: a camera that every machine has and that is visibly live. It needs no native library, so it also runs where
/// OpenCV does not. Its JPEG encoder is StbImageWriteSharp (public domain, managed, 4 ms for 640 × 480).
/// </summary>
internal sealed class TestPatternSource(CaptureRequest request, TimeProvider clock) : ICaptureSource
{
    private const int DefaultWidth = 640;
    private const int DefaultHeight = 480;
    private const double DefaultFrameRate = 15;
    private const int LargestSide = 3840;

    private static readonly Rgb[] s_bars = [new(70, 70, 80), new(90, 84, 40), new(40, 84, 90), new(40, 84, 40), new(90, 50, 90), new(90, 40, 40), new(40, 40, 100)];
    private static readonly Rgb s_face = new(20, 24, 32), s_ink = new(240, 240, 240), s_hand = new(255, 96, 64);

    private readonly int _width = Math.Clamp(request.Width ?? DefaultWidth, 64, LargestSide);
    private readonly int _height = Math.Clamp(request.Height ?? DefaultHeight, 64, LargestSide);
    private readonly double _frameRate = Math.Clamp(request.FrameRate ?? DefaultFrameRate, 0.1, 60);
    private readonly ImageWriter _encoder = new();
    private readonly PictureMeter _meter = new();
    private readonly MemoryStream _jpeg = new();
    private PixelCanvas _canvas = null!;
    private byte[] _background = null!;
    private FramePacer _pacer = null!;
    private long _count;

    public CaptureOpened Open()
    {
        _canvas = new PixelCanvas(_width, _height);
        for (var i = 0; i < s_bars.Length; i++)
        {
            _canvas.Fill(_width * i / s_bars.Length, 0, _width / s_bars.Length + 1, _height, s_bars[i]);
        }

        _background = (byte[])_canvas.Pixels.Clone();
        _pacer = new FramePacer(_frameRate);
        return new(_width, _height, _frameRate, "encoded", "test-pattern");
    }

    public bool TryRead(FrameBuffer frame, CancellationToken stop)
    {
        if (!_pacer.Wait(stop))
        {
            return false;
        }

        frame.Begin(_width, _height);
        Draw(clock.GetLocalNow());
        _jpeg.SetLength(0);
        _encoder.WriteJpg(_canvas.Pixels, _width, _height, ColorComponents.RedGreenBlue, _jpeg, request.JpegQuality);
        frame.Put(_jpeg.GetBuffer().AsSpan(0, (int)_jpeg.Length), _meter.MeasureNowAndThen(_canvas.Pixels, _width, _height, channels: 3));
        return true;
    }

    public void Dispose() => _jpeg.Dispose();

    private void Draw(DateTimeOffset now)
    {
        _background.CopyTo(_canvas.Pixels, 0);
        var (centreX, centreY, radius) = (_width / 2, _height * 2 / 5, Math.Min(_width, _height) / 3);
        for (var y = -radius; y <= radius; y++)
        {
            var half = (int)Math.Sqrt(radius * radius - y * y);
            _canvas.Fill(centreX - half, centreY + y, half * 2, 1, s_face);
        }

        for (var hour = 0; hour < 12; hour++)
        {
            var (sin, cos) = Math.SinCos(hour * Math.PI / 6);
            _canvas.Fill((int)(centreX + sin * radius * 0.88) - 2, (int)(centreY - cos * radius * 0.88) - 2, 5, 5, s_ink);
        }

        var time = now.TimeOfDay;
        Hand(time.TotalHours / 12, radius * 0.5, radius / 16 + 1, s_ink);
        Hand(time.TotalMinutes / 60, radius * 0.75, radius / 24 + 1, s_ink);
        Hand(time.TotalSeconds / 60, radius * 0.85, radius / 48 + 1, s_hand);

        var size = Math.Max(6, _width / 28);
        _canvas.Text(now.ToString("HH:mm:ss.ff", CultureInfo.InvariantCulture), centreX - size * 6, _height * 4 / 5, size, s_ink);
        _canvas.Text((++_count).ToString(CultureInfo.InvariantCulture), 8, 8, Math.Max(4, size / 3), s_ink);

        void Hand(double turns, double length, int thickness, Rgb colour)
        {
            var (sin, cos) = Math.SinCos(turns * 2 * Math.PI);
            _canvas.Line(centreX, centreY, centreX + sin * length, centreY - cos * length, thickness, colour);
        }
    }
}
