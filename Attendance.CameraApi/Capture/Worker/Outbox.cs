using System.Text.Json;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>
/// What is to be sent: that the source opened, the newest frame, why it ended. A reader that is slow misses frames, it is
/// not shown old ones, and the device is never kept waiting: three buffers go round, whatever the speeds.
/// </summary>
internal sealed class Outbox
{
    private readonly object _changed = new();
    private byte[]? _opened;
    private FrameBuffer? _newest;
    private FrameBuffer? _sending;
    private FrameBuffer? _spare;
    private byte[]? _failed;

    /// <param name="times">Goes before it; null for nothing.</param>
    public void Opened(CaptureOpened opened, CaptureTimes? times = null)
    {
        lock (_changed)
        {
            _opened = [.. Times(times), .. Record(CaptureRecord.Opened, opened)];
            Monitor.Pulse(_changed);
        }
    }

    /// <returns>A buffer for the next frame.</returns>
    public FrameBuffer Publish(FrameBuffer frame)
    {
        lock (_changed)
        {
            // A frame that nobody took makes room for the next one.
            var next = _newest ?? _spare ?? new FrameBuffer();
            if (_newest is null)
            {
                _spare = null;
            }

            _newest = frame;
            Monitor.Pulse(_changed);
            return next;
        }
    }

    /// <summary>Nothing is sent after this.</summary>
    /// <param name="times">Goes before it; null for nothing.</param>
    public void Failed(CaptureFailure failure, CaptureTimes? times = null)
    {
        lock (_changed)
        {
            _failed ??= [.. Times(times), .. Record(CaptureRecord.Failed, failure)];
            Monitor.Pulse(_changed);
        }
    }

    /// <summary>Waits for the next record. What it returned before is used again from here on.</summary>
    public ReadOnlyMemory<byte> Take(out bool isLast)
    {
        lock (_changed)
        {
            _spare ??= _sending;
            _sending = null;
            while (_opened is null && _newest is null && _failed is null)
            {
                Monitor.Wait(_changed);
            }

            isLast = false;
            if (_opened is { } opened)
            {
                _opened = null;
                return opened;
            }

            if (_newest is { } frame)
            {
                (_sending, _newest) = (frame, null);
                return frame.Record;
            }

            isLast = true;
            return _failed;
        }
    }

    private static byte[] Times(CaptureTimes? times) => times is null ? [] : Record(CaptureRecord.Times, times);

    private static byte[] Record<T>(CaptureRecord kind, T content)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(content, CaptureProtocol.Json);
        var record = new byte[CaptureProtocol.RecordHeaderLength + payload.Length];
        CaptureProtocol.WriteRecordHeader(record, kind, payload.Length);
        payload.CopyTo(record, CaptureProtocol.RecordHeaderLength);
        return record;
    }
}
