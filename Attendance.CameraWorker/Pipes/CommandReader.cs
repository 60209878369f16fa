using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Attendance.CameraWorker.Pipes;

/// <summary>Reads the lines that the API sends. A line that is too long is cut off instead of being collected without limit.</summary>
internal sealed class CommandReader(Stream input)
{
    private const int LongestLine = 64 * 1024;
    private readonly byte[] _buffer = new byte[LongestLine];
    private int _start;
    private int _end;

    /// <returns>False at the end of the input, which means that the API is gone.</returns>
    public bool TryRead([NotNullWhen(true)] out string? line)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start.._end).IndexOf((byte)'\n');
            if (length >= 0 || _end - _start == LongestLine)
            {
                length = length < 0 ? LongestLine : length;
                line = Encoding.UTF8.GetString(_buffer, _start, length).TrimEnd('\r');
                _start = Math.Min(_start + length + 1, _end);
                return true;
            }

            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            var read = Read();
            if (read == 0)
            {
                line = null;
                return false;
            }

            _end += read;
        }
    }

    private int Read()
    {
        try
        {
            return input.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (IOException)
        {
            return 0; // a broken pipe is also the end of the input
        }
    }
}
