using System.Security.Cryptography;
using System.Text;

namespace Attendance.Web.Security;

/// <summary>
/// A code that is typed or scanned once, on a device that becomes something by it. A plain hash of it is stored, which will do: it has 40
/// random bits, lasts minutes, works once, and few attempts are allowed.
/// </summary>
internal static class OneTimeCode
{
    /// <summary>Capital letters and digits without those that look alike.</summary>
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private const int Length = 8;

    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <param name="code">The code, however it was typed.</param>
    public static string HashOf(string? code) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        (code ?? "").Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant())));
}
