using System.Security.Cryptography;
using System.Text;

namespace Attendance.CameraApi.Security;

/// <summary>
/// Keys of this system, made from the API key, which all nodes have: one for each purpose, so that what is shown for one is of no use
/// for another, and the API key itself is shown to no node and is not in the store.
/// </summary>
internal static class DerivedKeys
{
    private const int Length = 32;

    /// <returns>Null without an API key: then there is one node on one machine, in Development.</returns>
    public static byte[]? For(string purpose, SecurityOptions options) => options.ApiKey is { Length: > 0 } apiKey
        ? HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(apiKey), Length, info: Encoding.UTF8.GetBytes($"attendance {purpose}"))
        : null;
}
