using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Attendance.Web.ReadApi;

/// <summary>
/// The form of a token: <c>att_</c>, 40 random letters and digits, and six of a checksum. Scanners for leaked secrets recognize it, and a token
/// that was copied badly is told from one that was revoked without asking the database.
/// </summary>
internal static class ApiTokenFormat
{
    public const string Prefix = "att_";

    private const int RandomLength = 40, ChecksumLength = 6;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> s_alphabet = SearchValues.Create(Alphabet);

    public static string New()
    {
        var random = Prefix + RandomNumberGenerator.GetString(Alphabet, RandomLength);
        return random + ChecksumOf(random);
    }

    public static bool IsWhole(string token) =>
        token.Length == Prefix.Length + RandomLength + ChecksumLength
        && token.StartsWith(Prefix, StringComparison.Ordinal)
        && !token.AsSpan(Prefix.Length).ContainsAnyExcept(s_alphabet)
        && token.EndsWith(ChecksumOf(token[..^ChecksumLength]), StringComparison.Ordinal);

    public static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    /// <summary>Returns the first 32 bits of the SHA-256 of what is before, as a number to the base of 62.</summary>
    private static string ChecksumOf(string text)
    {
        var number = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        return string.Create(ChecksumLength, number, (digits, rest) =>
        {
            for (var i = digits.Length - 1; i >= 0; i--, rest /= (uint)Alphabet.Length)
            {
                digits[i] = Alphabet[(int)(rest % (uint)Alphabet.Length)];
            }
        });
    }
}
