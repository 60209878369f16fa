using System.Diagnostics;

namespace Attendance.CameraWorker.Pictures;

/// <summary>A reusable buffer for the record of one frame, which is sent in one write: record header, frame header, JPEG.</summary>
internal sealed class FrameBuffer
{
    private const int JpegStart = CaptureProtocol.RecordHeaderLength + FrameHeader.Length;
    private byte[] _record = [];
    private int _length;
    private FrameHeader _header;
    private bool _isNew;

    public ReadOnlyMemory<byte> Record => _record.AsMemory(0, _length);

    public ReadOnlySpan<byte> Jpeg => _record.AsSpan(JpegStart, _length - JpegStart);

    /// <summary>Begins a frame and takes its timestamp. Call it as soon as the picture has arrived.</summary>
    /// <param name="isNew">False if the source shows the previous picture again.</param>
    public void Begin(int width, int height, bool isNew = true)
    {
        _isNew = isNew;
        _header = new(0, Stopwatch.GetTimestamp(), width, height, float.NaN, float.NaN, float.NaN, float.NaN, FrameFlags.None);
    }

    public void Put(ReadOnlySpan<byte> jpeg, PictureQuality quality, FrameFlags flags = FrameFlags.None)
    {
        _length = JpegStart + jpeg.Length;
        if (_record.Length < _length)
        {
            _record = new byte[_length + _length / 4]; // the next picture is rarely of exactly this size
        }

        jpeg.CopyTo(_record.AsSpan(JpegStart));
        _header = _header with
        {
            Sharpness = quality.Sharpness, Brightness = quality.Brightness, Clipped = quality.Clipped, Noise = quality.Noise, Flags = flags,
        };
    }

    /// <param name="last">The number of the previous frame, or 0 if there is none.</param>
    /// <returns>The frame's number. It equals that of the previous frame if the picture is the same.</returns>
    public long Finish(long last)
    {
        var sequence = last + (_isNew || last == 0 ? 1 : 0);
        CaptureProtocol.WriteRecordHeader(_record, CaptureRecord.Frame, _length - CaptureProtocol.RecordHeaderLength);
        (_header with { Sequence = sequence }).Write(_record.AsSpan(CaptureProtocol.RecordHeaderLength));
        return sequence;
    }
}
