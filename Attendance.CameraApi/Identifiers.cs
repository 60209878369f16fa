using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Attendance.CameraApi;

/// <summary>Makes lease ids, and what is shown and kept instead of secrets.</summary>
internal static class Identifiers
{
    /// <summary>The length of 128 bits in base64url.</summary>
    private const int RandomLength = 22;

    private const int MaxHashedHere = 128;

    /// <summary>
    /// Creates a lease id: 128 random bits and the name of the node to which other nodes send requests for the lease, both in
    /// base64url.
    /// </summary>
    public static string NewLeaseId(string node = "") =>
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)) + Base64Url.EncodeToString(Encoding.ASCII.GetBytes(node));

    /// <summary>Returns the node in a lease id, or null if the id contains none.</summary>
    public static string? NodeOfLease(string leaseId)
    {
        Span<byte> name = stackalloc byte[IdFormats.MaxName];
        return leaseId.Length > RandomLength
            && Base64Url.DecodeFromChars(leaseId.AsSpan(RandomLength), name, out _, out var length) == OperationStatus.Done
            && Encoding.ASCII.GetString(name[..length]) is var text && IdFormats.IsName(text) ? text : null;
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
}
