using System.Globalization;
using System.Text;

namespace Attendance.CameraWorker.Network;

/// <summary>The body of an answer. It joins chunks and ends after the stated length.</summary>
/// <param name="length">The stated length, or null if the body goes on until the connection ends.</param>
internal sealed class HttpBody(BufferedInput input, bool isChunked, long? length) : InputStream
{
    private long _left = isChunked ? 0 : length ?? long.MaxValue;
    private bool _isChunked = isChunked;
    private bool _hasChunk;
    private bool _ended;

    protected override Stream Inner => input;

    /// <exception cref="InvalidDataException">A chunk has no length although earlier ones had one.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isChunked && _left == 0 && !_ended)
        {
            await NextChunkAsync(cancellationToken);
        }

        if (_ended || _left == 0 || buffer.IsEmpty)
        {
            return 0;
        }

        var read = await input.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }

    private async ValueTask NextChunkAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = input.Ahead.IndexOf((byte)'\n');
            if (line == 0 || (line == 1 && input.Ahead[0] == '\r'))
            {
                input.Skip(line + 1); // the end of the chunk before
                continue;
            }

            if (line > 0 && Size(input.Ahead[..line]) is { } size)
            {
                input.Skip(line + 1);
                (_left, _ended, _hasChunk) = (size, size == 0, true);
                return;
            }

            if (line > 0 || input.Ahead.Length > 1024)
            {
                // The camera announced chunks but sends none, so its bytes are taken as they are.
                (_isChunked, _left) = _hasChunk ? throw new InvalidDataException("A chunk has no length.") : (false, long.MaxValue);
                return;
            }

            if (!await input.MoreAsync(cancellationToken))
            {
                _ended = true;
                return;
            }
        }
    }

    private static long? Size(ReadOnlySpan<byte> line)
    {
        var text = Encoding.Latin1.GetString(line).Split(';')[0].Trim();
        return long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) && size >= 0 ? size : null;
    }
}
