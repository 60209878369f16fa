using System.Net;

namespace Attendance.CameraApi.Cameras;

/// <summary>
/// Finds what is wrong with a network camera's address. If a password contains <c>@ # / ?</c>, the address is read as one with another host
/// or port, or as no address at all, so the message asks for percent encoding. A message never repeats any part of the address.
/// </summary>
internal static class NetworkAddress
{
    private static readonly string[] s_schemes = ["rtsp", "rtsps", "http", "https"];

    private const string Advice = "write @ as %40, # as %23, / as %2F, ? as %3F and % as %25 there";

    /// <returns>The rest of a sentence about the address; null if nothing is wrong, or if it is not a network address.</returns>
    public static string? Fault(string? source)
    {
        if (source is null || Scheme(source) is not { } scheme)
        {
            return null;
        }

        var rest = source[(scheme.Length + "://".Length)..];
        if (rest.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
        {
            return "holds a blank or a control character";
        }

        var end = rest.IndexOfAny(['/', '?', '#', '\\']);
        var (authority, behind) = end < 0 ? (rest, "") : (rest[..end], rest[end..]);
        if (authority.Count(character => character == '@') > 1)
        {
            return $"has an @ in its user name or password that is not encoded; {Advice}";
        }

        if (behind.Contains('@') && !authority.Contains('@') && LooksCut(authority, behind))
        {
            return $"has a {behind[0]} in its user name or password that is not encoded; {Advice}";
        }

        if (rest.Contains('#'))
        {
            return "has a # in its path that is not encoded; write it as %23";
        }

        var credentials = authority.Contains('@') ? authority[..authority.IndexOf('@', StringComparison.Ordinal)] : "";
        if (HasBadPercent(credentials))
        {
            return $"has a % in its user name or password that is not encoded; {Advice}";
        }

        return Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Host.Length > 0
            ? null
            : $"has no host, or a port that is no number. If its user name or password holds special characters, {Advice}";
    }

    private static string? Scheme(string source) =>
        s_schemes.FirstOrDefault(scheme => source.StartsWith(scheme + "://", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Returns whether the sign that ends the authority is part of a password: the text before it is not a host and port, or the text after
    /// the @ is a host. Otherwise an @ in a path is allowed.
    /// </summary>
    private static bool LooksCut(string authority, string behind)
    {
        var at = behind.LastIndexOf('@');
        var after = behind[(at + 1)..];
        var host = after.Split('/', '?', '#')[0];
        var isHostBehind = host.Contains('.') || host.Contains(':') || host.StartsWith('[') || (host.Length > 0 && host.Length < after.Length);
        var colon = authority.LastIndexOf(':');
        return colon > 0 && !authority.StartsWith('[')
            && (!ushort.TryParse(authority[(colon + 1)..], out _) || (isHostBehind && !IsPlainlyHost(authority[..colon])) || behind[0] == '#');
    }

    private static bool IsPlainlyHost(string text) => text.Contains('.') || text == "localhost" || IPAddress.TryParse(text, out _);

    private static bool HasBadPercent(string text)
    {
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                return true;
            }
        }

        return false;
    }
}
