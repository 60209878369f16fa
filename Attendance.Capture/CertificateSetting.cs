namespace Attendance.Capture;

/// <summary>
/// Reads <c>Cameras:&lt;id&gt;:Certificate</c>: <c>any</c>, or the SHA-256 fingerprint of the only accepted certificate, with or
/// without colons.
/// </summary>
internal static class CertificateSetting
{
    public const string Pattern = "any|(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}";

    private const string Any = "any";

    public static bool IsAny(string? setting) => setting == Any;

    /// <returns>64 hexadecimal digits; null if no certificate is pinned.</returns>
    public static string? Fingerprint(string? setting) => setting is null or Any ? null : setting.Replace(":", "", StringComparison.Ordinal);
}
