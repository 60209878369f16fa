using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// Answers a camera's challenges in HTTP and in RTSP, by the best method that both sides know: Digest with SHA-256, Digest with MD5, or Basic.
/// Each camera has its own instance, which remembers the last challenge so that later requests need not be refused first.
/// </summary>
internal sealed class Authentication(NetworkCredential? credential)
{
    private Challenge? _challenge;
    private int _count;

    /// <summary>Returns the value of the <c>Authorization</c> header, or null if there was no challenge yet or there are no credentials.</summary>
    public string? Answer(string method, string uri) => (_challenge, credential) switch
    {
        (null, _) or (_, null) => null,
        ({ } basic, _) when IsBasic(basic) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")),
        ({ } digest, _) => Digest(digest, credential, method, uri),
    };

    /// <param name="headers">
    /// All <c>WWW-Authenticate</c> headers of the refusal. If the camera sends none, Basic is used, because nothing else is possible.
    /// </param>
    /// <param name="wasAnswered">Whether the refused request already answered an earlier challenge.</param>
    /// <returns>Null if it is worth sending the request again, otherwise a text that says what is wrong.</returns>
    public string? Take(IEnumerable<string> headers, bool wasAnswered)
    {
        var offered = headers.SelectMany(Challenge.Parse).ToList();
        if (credential is null)
        {
            return $"it asks for a user name and a password{By(offered)}. Write them into its address, before the host: user:password@";
        }

        var best = offered.Count == 0 ? new Challenge("Basic", new Dictionary<string, string>()) : offered.Where(IsKnown).OrderByDescending(Rank).FirstOrDefault();
        if (best is null)
        {
            return $"it asks for a kind of authentication that is not known here{By(offered)}";
        }

        // A stale nonce does not mean a wrong password. Anything else that was refused once would be refused again, and may lock the account.
        var isStale = string.Equals(best["stale"], "true", StringComparison.OrdinalIgnoreCase) && best["nonce"] != _challenge?["nonce"];
        if (wasAnswered && !isStale)
        {
            return $"it refuses the user name or the password{By(offered)}";
        }

        (_challenge, _count) = (best, 0);
        return null;
    }

    private string Digest(Challenge challenge, NetworkCredential credential, string method, string uri)
    {
        var algorithm = challenge["algorithm"];
        var (realm, nonce) = (challenge["realm"] ?? "", challenge["nonce"] ?? "");
        var client = RandomNumberGenerator.GetHexString(16, lowercase: true);
        var secret = Hash(algorithm, $"{credential.UserName}:{realm}:{credential.Password}");
        if (IsSession(algorithm))
        {
            secret = Hash(algorithm, $"{secret}:{nonce}:{client}");
        }

        var protections = challenge["qop"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var protection = protections.Length == 0 ? null
            : protections.Contains("auth", StringComparer.OrdinalIgnoreCase) || !protections.Contains("auth-int", StringComparer.OrdinalIgnoreCase) ? "auth" : "auth-int";
        var request = Hash(algorithm, protection == "auth-int" ? $"{method}:{uri}:{Hash(algorithm, "")}" : $"{method}:{uri}");
        var count = (++_count).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
        var response = Hash(algorithm, protection is null ? $"{secret}:{nonce}:{request}" : $"{secret}:{nonce}:{count}:{client}:{protection}:{request}");
        var answer = new StringBuilder($"Digest username=\"{Escape(credential.UserName)}\", realm=\"{Escape(realm)}\", nonce=\"{Escape(nonce)}\", uri=\"{uri}\", response=\"{response}\"");
        Append(algorithm is not null, $"algorithm={algorithm}");
        Append(challenge["opaque"] is not null, $"opaque=\"{Escape(challenge["opaque"] ?? "")}\"");
        Append(protection is not null, $"qop={protection}, nc={count}, cnonce=\"{client}\"");
        Append(protection is null && IsSession(algorithm), $"cnonce=\"{client}\"");
        return answer.ToString();

        void Append(bool isWanted, string parameter) => answer.Append(isWanted ? ", " + parameter : "");
    }

    private static bool IsBasic(Challenge challenge) => challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    private static bool IsKnown(Challenge challenge) => IsBasic(challenge)
        || (challenge.Scheme.Equals("Digest", StringComparison.OrdinalIgnoreCase) && Bare(challenge["algorithm"]) is "" or "MD5" or "SHA-256");

    private static int Rank(Challenge challenge) => IsBasic(challenge) ? 0 : Bare(challenge["algorithm"]) == "SHA-256" ? 2 : 1;

    private static bool IsSession(string? algorithm) => algorithm?.EndsWith("-sess", StringComparison.OrdinalIgnoreCase) == true;

    private static string Bare(string? algorithm) => (IsSession(algorithm) ? algorithm![..^"-sess".Length] : algorithm ?? "").ToUpperInvariant();

    private static string Hash(string? algorithm, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
#pragma warning disable CA5351 // what the camera asks for
        return Convert.ToHexStringLower(Bare(algorithm) == "SHA-256" ? SHA256.HashData(bytes) : MD5.HashData(bytes));
#pragma warning restore CA5351
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>
    /// Lists the offered schemes and algorithms for a message. They come from the camera, so only letters, digits and hyphens are kept.
    /// </summary>
    private static string By(List<Challenge> offered)
    {
        var names = offered.Select(challenge => Plain(challenge.Scheme) + (challenge["algorithm"] is { } algorithm ? " " + Plain(algorithm) : "")).Distinct().Take(4).ToList();
        return names.Count == 0 ? "" : $" ({string.Join(", ", names)})";

        static string Plain(string text) => new([.. text.Where(character => char.IsAsciiLetterOrDigit(character) || character == '-').Take(20)]);
    }
}
