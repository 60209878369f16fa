using System.Globalization;
using System.Text.RegularExpressions;

namespace Attendance.CameraApi.Capture.Worker.Network;

/// <summary>The first line and the headers of an answer or a request of HTTP or RTSP, read as leniently as cameras write them.</summary>
internal sealed partial record MessageHead(string FirstLine, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>0 where the first line is none of an answer.</summary>
    public int Status => StatusLine().Match(FirstLine) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    /// <summary>The last of that name, or null: where a camera sends a header twice, the second is what it means.</summary>
    public string? this[string name] => All(name).LastOrDefault();

    public IEnumerable<string> All(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    /// <summary>Null where it is missing, or no number.</summary>
    public long? ContentLength => long.TryParse(this["Content-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;

    /// <summary>Without parameters, in lower case; empty where it is not told.</summary>
    public string MediaType => (this["Content-Type"] ?? "").Split(';', ',')[0].Trim().ToLowerInvariant();

    /// <summary>The type that says that there are parts, if one does: a camera may add the type of its first part.</summary>
    public string? Multipart => All("Content-Type").FirstOrDefault(type => type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase));

    /// <summary>A line without a name is passed over; one that begins with a blank goes on with the header before it.</summary>
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

    [GeneratedRegex(@"^(?:HTTP/[\d.]+|RTSP/[\d.]+|ICY)\s+(\d{3})(?!\d)")]
    private static partial Regex StatusLine();
}
