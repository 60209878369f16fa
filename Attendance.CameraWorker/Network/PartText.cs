using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// Reads the text between the pictures of a multipart stream: the boundary and the headers of a part. The boundary is stated in the head of
/// the answer or is learnt from the stream itself.
/// </summary>
internal sealed partial class PartText
{
    private const int ShortestAlone = 4;

    private byte[] _boundary;

    /// <param name="boundary">
    /// The boundary that the head of the answer states, with or without quotes and hyphens, or null if it states none.
    /// </param>
    public PartText(string? boundary) => _boundary = Core(boundary ?? "");

    /// <summary>Whether the boundary was found at least once, so that it can be relied on.</summary>
    public bool IsSeen { get; private set; }

    /// <summary>Finds a boundary and the line end before it.</summary>
    /// <returns>The position where the part before the boundary ends, or -1 if there is no boundary.</returns>
    public int Find(ReadOnlySpan<byte> bytes, int from)
    {
        for (var at = from; _boundary.Length > 0 && at < bytes.Length;)
        {
            var found = bytes[at..].IndexOf(_boundary);
            if (found < 0)
            {
                return -1;
            }

            var begin = at + found;
            at = begin + 1;
            while (begin > 0 && bytes[begin - 1] == '-')
            {
                begin--;
            }

            var (isDashed, isOnLine) = (at - 1 - begin >= 2, begin == 0 || bytes[begin - 1] == '\n');
            if ((isDashed && isOnLine) || ((isDashed || isOnLine) && _boundary.Length >= ShortestAlone))
            {
                IsSeen = true;
                begin -= begin > 0 && bytes[begin - 1] == '\n' ? 1 : 0;
                return begin - (begin > 0 && bytes[begin - 1] == '\r' && isOnLine ? 1 : 0);
            }
        }

        return -1;
    }

    /// <summary>How many bytes before the end of the searched bytes a boundary that is still incomplete may begin.</summary>
    public int Overlap => _boundary.Length + 8;

    /// <param name="text">The text before a picture.</param>
    /// <returns>
    /// The part's stated length, counted from <c>Start</c>, which is relative to the end of the text, or 0 if no length is stated. The stamp
    /// tells the headers of one part from those of another.
    /// </returns>
    public (int Start, long Length, int Stamp) Read(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return default;
        }

        var lines = Encoding.Latin1.GetString(text);
        if (!IsSeen && FirstBoundary().Match(lines) is { Success: true } learnt)
        {
            _boundary = Core(learnt.Groups[1].Value);
        }

        var last = LengthHeader().Matches(lines).LastOrDefault();
        var blank = last is null ? null : BlankLine().Match(lines, last.Index + last.Length);
        var stamp = StampHeader().Matches(lines).Aggregate(0, (sum, match) => HashCode.Combine(sum, match.Value));
        return last is not null && blank is { Success: true } && long.TryParse(last.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? (blank.Index + blank.Length - lines.Length, length, stamp)
            : (0, 0, stamp);
    }

    private static byte[] Core(string boundary) => Encoding.Latin1.GetBytes(boundary.Trim().Trim('"').Trim().Trim('-'));

    [GeneratedRegex(@"(?:^|\n)--([^\r\n]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FirstBoundary();

    [GeneratedRegex(@"^Content-Length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$", RegexOptions.Multiline | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LengthHeader();

    [GeneratedRegex(@"\n\r?\n", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BlankLine();

    /// <summary>Matches headers for times and numbers, whatever their name: all headers except those that begin with Content-.</summary>
    [GeneratedRegex(@"^(?!Content-)[\w-]+[ \t]*:.*$", RegexOptions.Multiline | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StampHeader();
}
