using System.Text;

namespace Attendance.CameraApi.Capture.Worker.Network;

/// <summary>A connection that can be looked at before it is read: text lines first, then whatever follows them.</summary>
internal sealed class BufferedInput(Stream inner) : InputStream
{
    /// <summary>Of a head. The largest seen had 80 KB.</summary>
    private const int LongestHead = 256 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>What has arrived and was not read yet.</summary>
    public ReadOnlySpan<byte> Ahead => _buffer.AsSpan(_start.._end);

    protected override Stream Inner => inner;

    public void Skip(int count) => _start += count;

    /// <summary>Waits until at least <paramref name="count"/> bytes can be looked at.</summary>
    /// <returns>False where the connection ended before.</returns>
    public async ValueTask<bool> LookAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            if (!await MoreAsync(cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Waits for more than there is to look at.</summary>
    /// <returns>False at the end of the connection.</returns>
    /// <exception cref="InvalidDataException">There is too much ahead already.</exception>
    public async ValueTask<bool> MoreAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestHead)
            {
                throw new InvalidDataException("A head does not end.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await inner.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    /// <summary>Reads the lines up to an empty one. They may end in CR LF or in LF alone.</summary>
    /// <returns>Null where the connection ended before.</returns>
    /// <exception cref="InvalidDataException">They do not end.</exception>
    public async ValueTask<MessageHead?> HeadAsync(CancellationToken cancellationToken)
    {
        for (var from = 0; ;)
        {
            if (EndOfHead(Ahead, ref from) is var end and > 0)
            {
                var head = MessageHead.Parse(Encoding.Latin1.GetString(Ahead[..end]));
                Skip(end);
                return head;
            }

            if (!await MoreAsync(cancellationToken))
            {
                return null;
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <param name="from">Where to look on, so that a head that comes in pieces is looked at once.</param>
    private static int EndOfHead(ReadOnlySpan<byte> bytes, ref int from)
    {
        while (true)
        {
            var line = bytes[from..].IndexOf((byte)'\n');
            if (line < 0)
            {
                return 0;
            }

            var next = from + line + 1;
            var rest = bytes[next..];
            if (rest.StartsWith("\n"u8) || rest.StartsWith("\r\n"u8))
            {
                return next + (rest[0] == '\n' ? 1 : 2);
            }

            if (rest.IsEmpty || rest is [(byte)'\r'])
            {
                return 0; // the empty line may follow
            }

            from = next;
        }
    }
}
