using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Attendance.CameraApi;

/// <summary>Defines the formats of names and secrets. A name in this format is safe in a log, in a store key and in the path of a URL.</summary>
internal static partial class Identifiers
{
    public const string NamePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

    /// <summary>The length of 128 bits in base64url.</summary>
    private const int RandomLength = 22;

    private const int MaxHashedHere = 128;

    public static bool IsName(string? text) => text is not null && Name().IsMatch(text);

    public static bool IsSession(string? text) => text is not null && Session().IsMatch(text);

    /// <summary>
    /// Whether the text can be a lease id. Ids from this service are 22 of these characters, followed by the node's name in
    /// base64url.
    /// </summary>
    public static bool IsLease(string? text) => text is not null && Lease().IsMatch(text);

    /// <summary>Turns any text into a name, for names that this service does not choose itself.</summary>
    public static string ToName(string text)
    {
        var name = NotInName().Replace(text, "-").TrimStart('.', '_', '-');
        return name.Length switch { 0 => "node", > 64 => name[..64], _ => name };
    }

    /// <summary>
    /// Creates a lease id: 128 random bits and the name of the node to which other nodes send requests for the lease, both in
    /// base64url.
    /// </summary>
    public static string NewLeaseId(string node = "") =>
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)) + Base64Url.EncodeToString(Encoding.ASCII.GetBytes(node));

    /// <summary>Returns the node in a lease id, or null if the id contains none.</summary>
    public static string? NodeOfLease(string leaseId)
    {
        Span<byte> name = stackalloc byte[64];
        return leaseId.Length > RandomLength
            && Base64Url.DecodeFromChars(leaseId.AsSpan(RandomLength), name, out _, out var length) == OperationStatus.Done
            && Encoding.ASCII.GetString(name[..length]) is var text && IsName(text) ? text : null;
    }

    /// <summary>Returns what logs, status and metrics show instead of a lease's id, which is a secret.</summary>
    public static string LeaseRef(string leaseId) => Hash(leaseId, 8);

    /// <summary>Returns what the store and this process keep instead of a session's id, which is a secret.</summary>
    public static string SessionHash(string sessionId) => Hash(sessionId, 32);

    /// <summary>Returns the first hex digits of the text's SHA-256. It is called several times for each lease, so it avoids allocations.</summary>
    private static string Hash(string text, int digits)
    {
        Span<byte> bytes = text.Length <= MaxHashedHere ? stackalloc byte[Encoding.UTF8.GetMaxByteCount(text.Length)] : new byte[Encoding.UTF8.GetByteCount(text)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
        return Convert.ToHexStringLower(hash[..(digits / 2)]);
    }

    // \z and not $, because a dollar also matches before a final line break.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{8,128}\z")]
    private static partial Regex Session();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,128}\z")]
    private static partial Regex Lease();

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex NotInName();
}
