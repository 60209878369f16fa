using System.Text;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// A connection whose bytes can be inspected before they are read. It is used to read lines of text first, and then whatever follows them.
/// </summary>
internal sealed class BufferedInput(Stream inner) : InputStream
{
    /// <summary>The longest head, in bytes. The largest one that was seen had 80 KB.</summary>
    private const int LongestHead = 256 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>The bytes that have arrived and were not read yet.</summary>
    public ReadOnlySpan<byte> Ahead => _buffer.AsSpan(_start.._end);

    protected override Stream Inner => inner;

    public void Skip(int count) => _start += count;

    /// <summary>Waits until at least <paramref name="count"/> bytes are in <see cref="Ahead"/>.</summary>
    /// <returns>False if the connection ended before that.</returns>
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

    /// <summary>Waits for more bytes than are in <see cref="Ahead"/> now.</summary>
    /// <returns>False at the end of the connection.</returns>
    /// <exception cref="InvalidDataException">There are already too many unread bytes.</exception>
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
                throw new InvalidDataException("A header does not end.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await inner.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    /// <summary>Reads a head: the lines up to an empty one. They may end in CR LF or in LF alone.</summary>
    /// <returns>The head, or null if the connection ended before its end.</returns>
    /// <exception cref="InvalidDataException">The head is too long.</exception>
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

    /// <param name="from">Where the search continues, so that a head that arrives in pieces is searched only once.</param>
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
