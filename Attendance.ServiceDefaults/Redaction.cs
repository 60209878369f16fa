using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Removes secrets from data that is about to be exported: by the name of an attribute, by the form of a text, and by the secret values
/// in this service's configuration. It works whichever library wrote the attribute and whatever the environment says about redaction.
/// </summary>
internal sealed partial class Redaction
{
    public const string Mask = "REDACTED";

    /// <summary>
    /// The minimum length of a configured secret. A shorter value, such as a development password, may be a word that is common in telemetry.
    /// </summary>
    private const int ShortestSecret = 16;

    private readonly string[] _configured;

    public Redaction(IConfiguration configuration) => _configured =
    [
        .. configuration.AsEnumerable()
            .Where(entry => entry.Value is { Length: >= ShortestSecret } && entry.Key.Length > 0)
            .SelectMany(entry => SecretsOf(entry.Key, entry.Value!))
            .Where(secret => secret.Length >= ShortestSecret)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(secret => secret.Length),
    ];

    /// <summary>
    /// Returns the value that may be exported for an attribute: the same instance if there is nothing to remove, or null if it must be dropped.
    /// </summary>
    public object? Value(string key, object? value) => value switch
    {
        null => null,
        _ when IsNeverExported(key) => null,
        string text when key == "http.route" => text, // a route template, which is code and not data
        string text when IsAddress(key) => Address(text),
        string text when SecretName().IsMatch(key) => Mask,
        string text => Text(text),
        string[] texts => texts.Select(text => Value(key, text)).ToArray(),
        _ => value,
    };

    public string Text(string text)
    {
        try
        {
            return Cleaned(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return Mask; // a text that could not be searched in time is not exported
        }
    }

    private string Cleaned(string text)
    {
        foreach (var secret in _configured)
        {
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        text = UserInfo().Replace(text, $"{Mask}@");
        text = Query().Replace(text, $"?{Mask}");
        text = Header().Replace(text, $"$1: {Mask}");
        text = Setting().Replace(text, $"$1{Mask}");
        text = Session().Replace(text, Mask);
        text = Issued().Replace(text, Mask);
        return Path(text);
    }

    /// <summary>Removes the whole query, because parameter values are never exported, whatever the parameters are called.</summary>
    private string Address(string text) => Text(text.Split('?', '#')[0]);

    private static string Path(string text) => SecretSegment().Replace(text, $"$1{Mask}");

    private static bool IsNeverExported(string key) => key is "url.query" or "db.connection_string"
        || key.StartsWith("http.request.header.", StringComparison.Ordinal)
        || key.StartsWith("http.response.header.", StringComparison.Ordinal)
        || key.StartsWith("db.query.parameter.", StringComparison.Ordinal);

    private static bool IsAddress(string key) =>
        key is "url.full" or "url.path" or "url.original" or "http.url" or "http.target" or "http.path" or "Path" or "RequestPath" or "Uri" or "RequestUri";

    private static IEnumerable<string> SecretsOf(string key, string value) => SecretName().IsMatch(key[(key.LastIndexOf(':') + 1)..])
        ? [value]
        : [.. PasswordOf().Matches(value).Select(match => match.Groups[1].Value.Trim())];

    // Names of settings, JSON fields and log message parameters whose value is a secret.
    [GeneratedRegex(@"(password|passwd|pwd|secret|api[-_]?key|access[-_]?key|data[-_]?key|token|lease[-_]?ids?|session[-_]?ids?|authorization|cookie|connection[-_]?string|otlp[-_]headers)$",
        RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();

    // Passwords in a connection string, and between the scheme and the host of an address.
    [GeneratedRegex(@"(?:\b(?:password|pwd)\s*=\s*|://[^\s:@/]*:)([^;,@\s]+)", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PasswordOf();

    [GeneratedRegex(@"(?<=://)[^\s""'<>?#]*@", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(?<=\S)\?[^\s=?""'<>]{1,64}=[^\s""'<>]*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Query();

    [GeneratedRegex(@"\b(x-api-key|authorization|cookie|set-cookie)""?\s*:\s*[^\r\n]+", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();

    [GeneratedRegex(@"((?<![A-Za-z_])(?:password|passwd|pwd|secret|api[-_]?key|token|lease(?:[-_]?id)?|session(?:[-_]?ids?)?)(?:\s*=\s*|""\s*:\s*\[?\s*))(?:""[^""]*""|'[^']*'|[^;,&\s""']+)",
        RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();

    // Session ids in the form that the pages generate.
    [GeneratedRegex(@"\bcamera_[0-9]{6,}_[A-Za-z0-9_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Session();

    // API tokens, and keys of webhooks.
    [GeneratedRegex(@"\b(?:att|whsec)_[0-9A-Za-z+/=]{20,}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Issued();

    [GeneratedRegex(@"(/(?:leases|sessions|calendar)/)(?!\{)[^/\s?#""'<>]+", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretSegment();
}
