namespace Attendance.CameraWorker.Network;

/// <summary>A camera's challenge, which is one way in which it asks for credentials: a scheme and its parameters.</summary>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    private const string Separators = ", \t";

    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>
    /// Parses a <c>WWW-Authenticate</c> header, which may hold several challenges. Some cameras omit the quotes, so a value without quotes ends
    /// at the next comma.
    /// </summary>
    public static IEnumerable<Challenge> Parse(string header)
    {
        var found = new List<(string Scheme, Dictionary<string, string> Parameters)>();
        for (var at = Skip(header, 0, Separators); at < header.Length; at = Skip(header, at, Separators))
        {
            var begin = at;
            while (at < header.Length && !(Separators + "=\"").Contains(header[at]))
            {
                at++;
            }

            var word = header[begin..at];
            var after = Skip(header, at, " \t");
            if (after < header.Length && header[after] == '=')
            {
                at = Skip(header, after + 1, " \t");
                var value = at < header.Length && header[at] == '"' ? Quoted(header, ref at) : Bare(header, ref at);
                if (found.Count > 0)
                {
                    found[^1].Parameters.TryAdd(word, value);
                }
            }
            else if (word.Length > 0)
            {
                found.Add((word, new(StringComparer.OrdinalIgnoreCase)));
            }
            else
            {
                at++; // a stray quote or equals sign
            }
        }

        return found.Select(challenge => new Challenge(challenge.Scheme, challenge.Parameters));
    }

    private static int Skip(string text, int at, string what)
    {
        while (at < text.Length && what.Contains(text[at]))
        {
            at++;
        }

        return at;
    }

    private static string Quoted(string text, ref int at)
    {
        var value = new System.Text.StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
            value.Append(text[at]);
        }

        at = Math.Min(at + 1, text.Length);
        return value.ToString();
    }

    private static string Bare(string text, ref int at)
    {
        var end = text.IndexOf(',', at);
        var value = text[at..(end < 0 ? text.Length : end)].Trim();
        at = end < 0 ? text.Length : end;
        return value;
    }
}
