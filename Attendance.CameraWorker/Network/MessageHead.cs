using System.Globalization;
using System.Text.RegularExpressions;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// The first line and the headers of an HTTP or RTSP request or answer. They are parsed leniently, because cameras write them carelessly.
/// </summary>
internal sealed partial record MessageHead(string FirstLine, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>The status code, or 0 if the first line is not that of an answer.</summary>
    public int Status => StatusLine().Match(FirstLine) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    /// <summary>
    /// The value of the last header with that name, or null if there is none. If a camera sends a header twice, it means the second one.
    /// </summary>
    public string? this[string name] => All(name).LastOrDefault();

    public IEnumerable<string> All(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    /// <summary>The stated length of the body, or null if it is missing or not a number.</summary>
    public long? ContentLength => long.TryParse(this["Content-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;

    /// <summary>The media type in lower case and without parameters, or empty if it is not stated.</summary>
    public string MediaType => (this["Content-Type"] ?? "").Split(';', ',')[0].Trim().ToLowerInvariant();

    /// <summary>
    /// The first content type that is multipart, or null if there is none. There may be several, because a camera may add that of its first part.
    /// </summary>
    public string? Multipart => All("Content-Type").FirstOrDefault(type => type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase));

    /// <summary>Parses a head. A line without a name is skipped. A line that begins with a space or a tab continues the header before it.</summary>
    public static MessageHead Parse(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).SkipWhile(line => line.Length == 0).ToList();
        var headers = new List<(string Name, string Value)>();
        foreach (var line in lines.Skip(1))
        {
            if (line is [' ' or '\t', ..] && headers.Count > 0)
            {
                headers[^1] = (headers[^1].Name, headers[^1].Value + " " + line.Trim());
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && line[..colon].Trim() is { Length: > 0 } name)
            {
                headers.Add((name, line[(colon + 1)..].Trim()));
            }
        }

        return new(lines.FirstOrDefault() ?? "", headers);
    }

    [GeneratedRegex(@"^(?:HTTP/[\d.]+|RTSP/[\d.]+|ICY)\s+(\d{3})(?!\d)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatusLine();
}
