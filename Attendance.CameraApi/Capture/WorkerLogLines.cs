using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Reads the lines that a worker writes for the log. A camera can influence what native libraries print. Long lines are therefore cut,
/// characters that could move a terminal's cursor are replaced, and the number of lines is limited to what a person can read.
/// </summary>
internal sealed class WorkerLogLines(Stream output, TimeProvider clock)
{
    public const int LongestLine = 300, AtOnce = 20;

    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    private readonly byte[] _buffer = new byte[4096];
    private readonly StringBuilder _line = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly char[] _characters = new char[4096 + 1];
    private int _start;
    private int _end;
    private double _credit = AtOnce;
    private long _since = clock.GetTimestamp();
    private int _leftOut;

    /// <returns>False at the end of the output.</returns>
    public bool TryRead([NotNullWhen(true)] out string? line)
    {
        while (NextLine() is { } next)
        {
            if (MayPass())
            {
                line = _leftOut > 0 ? $"({_leftOut} lines were left out) {next}" : next;
                _leftOut = 0;
                return true;
            }

            _leftOut++;
        }

        line = _leftOut > 0 ? $"({_leftOut} lines were left out)" : null;
        _leftOut = 0;
        return line is not null;
    }

    private bool MayPass()
    {
        _credit = Math.Min(AtOnce, _credit + clock.GetElapsedTime(_since) / s_between);
        _since = clock.GetTimestamp();
        if (_credit < 1)
        {
            return false;
        }

        _credit--;
        return true;
    }

    private string? NextLine()
    {
        _line.Clear();
        var isAny = false;
        while (true)
        {
            while (_start < _end)
            {
                isAny = true;
                var character = _characters[_start++];
                if (character == '\n')
                {
                    return _line.ToString();
                }

                if (_line.Length < LongestLine && character != '\r')
                {
                    _line.Append(IsPlain(character) ? character : '\uFFFD');
                }
            }

            var read = output.Read(_buffer);
            if (read == 0)
            {
                return isAny ? _line.ToString() : null;
            }

            (_start, _end) = (0, _decoder.GetChars(_buffer, 0, read, _characters, 0));
        }
    }

    /// <summary>Whether the character is neither a control character nor one that is invisible or changes the direction of the text.</summary>
    private static bool IsPlain(char character) => CharUnicodeInfo.GetUnicodeCategory(character) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);
}
