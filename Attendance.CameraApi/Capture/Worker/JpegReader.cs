namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Finds the JPEGs in a stream of them. What is between them, the headers of a multipart answer say, is passed over.</summary>
internal sealed class JpegReader(Stream stream)
{
    private static readonly byte[] s_start = [0xFF, 0xD8, 0xFF];
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    /// <returns>The next picture, valid until the next call; empty at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">A picture does not end.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryFind(out var jpeg))
            {
                return jpeg;
            }

            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                return default;
            }

            _end += read;
        }
    }

    private bool TryFind(out ReadOnlyMemory<byte> jpeg)
    {
        jpeg = default;
        var unread = _buffer.AsSpan(_start.._end);
        var begin = unread.IndexOf(s_start);
        if (begin < 0)
        {
            _start = Math.Max(_start, _end - s_start.Length + 1); // the mark itself may be cut in two
            return false;
        }

        _start += begin;
        var length = MjpegBytes.FirstLength(unread[begin..]);
        if (length == 0)
        {
            return false;
        }

        jpeg = _buffer.AsMemory(_start, length);
        _start += length;
        return true;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length > CaptureProtocol.MaxPayloadLength / 2)
            {
                throw new InvalidDataException();
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }
}
