using System.Diagnostics;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>One frame's record, ready to be sent in one write: record header, frame header, JPEG. Used over and over.</summary>
internal sealed class FrameBuffer
{
    private const int JpegStart = CaptureProtocol.RecordHeaderLength + FrameHeader.Length;
    private byte[] _record = [];
    private int _length;
    private FrameHeader _header;

    public ReadOnlyMemory<byte> Record => _record.AsMemory(0, _length);

    /// <summary>To be called as soon as the picture is there: it takes the time.</summary>
    public void Begin(int width, int height) =>
        _header = new(0, Stopwatch.GetTimestamp(), width, height, float.NaN, float.NaN, float.NaN, float.NaN, FrameFlags.None);

    public void Put(ReadOnlySpan<byte> jpeg, PictureQuality quality, FrameFlags flags = FrameFlags.None)
    {
        _length = JpegStart + jpeg.Length;
        if (_record.Length < _length)
        {
            _record = new byte[_length + _length / 4]; // the next picture is rarely of just this size
        }

        jpeg.CopyTo(_record.AsSpan(JpegStart));
        _header = _header with
        {
            Sharpness = quality.Sharpness, Brightness = quality.Brightness, Clipped = quality.Clipped, Noise = quality.Noise, Flags = flags,
        };
    }

    public void Finish(long sequence)
    {
        CaptureProtocol.WriteRecordHeader(_record, CaptureRecord.Frame, _length - CaptureProtocol.RecordHeaderLength);
        (_header with { Sequence = sequence }).Write(_record.AsSpan(CaptureProtocol.RecordHeaderLength));
    }
}
