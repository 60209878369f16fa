using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Attendance.CameraWorker.Pictures;

namespace Attendance.CameraWorker.Pipes;

/// <summary>
/// Holds what the worker sends next: that the source has opened, the newest frame, and why the source ended. A slow reader misses frames
/// instead of getting old ones, and the device never has to wait. Three buffers are reused in turn, whatever the speeds of both sides.
/// </summary>
internal sealed class Outbox
{
    private readonly object _changed = new();
    private byte[]? _opened;
    private FrameBuffer? _newest;
    private FrameBuffer? _sending;
    private FrameBuffer? _spare;
    private byte[]? _failed;

    /// <param name="times">The times to send before it, or null for none.</param>
    public void Opened(CaptureOpened opened, CaptureTimes? times = null)
    {
        lock (_changed)
        {
            _opened = [.. Times(times), .. Record(CaptureRecord.Opened, opened, CaptureJson.Default.CaptureOpened)];
            Monitor.Pulse(_changed);
        }
    }

    /// <returns>The buffer for the next frame.</returns>
    public FrameBuffer Publish(FrameBuffer frame)
    {
        lock (_changed)
        {
            // The buffer of a frame that was not sent is reused for the next one.
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

    /// <summary>Sets the failure as the last record. Nothing is sent after it.</summary>
    /// <param name="times">The times to send before it, or null for none.</param>
    public void Failed(CaptureFailure failure, CaptureTimes? times = null)
    {
        lock (_changed)
        {
            _failed ??= [.. Times(times), .. Record(CaptureRecord.Failed, failure, CaptureJson.Default.CaptureFailure)];
            Monitor.Pulse(_changed);
        }
    }

    /// <summary>Waits for the next record. The memory that the call before returned is reused from now on.</summary>
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

    private static byte[] Times(CaptureTimes? times) => times is null ? [] : Record(CaptureRecord.Times, times, CaptureJson.Default.CaptureTimes);

    private static byte[] Record<T>(CaptureRecord kind, T content, JsonTypeInfo<T> type)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(content, type);
        var record = new byte[CaptureProtocol.RecordHeaderLength + payload.Length];
        CaptureProtocol.WriteRecordHeader(record, kind, payload.Length);
        payload.CopyTo(record, CaptureProtocol.RecordHeaderLength);
        return record;
    }
}
