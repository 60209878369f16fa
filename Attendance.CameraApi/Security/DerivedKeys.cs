using System.Security.Cryptography;
using System.Text;

namespace Attendance.CameraApi.Security;

/// <summary>
/// Derives this system's keys from the API key, which all nodes have. Each purpose has its own key, so that what is shown for one purpose
/// is of no use for another. The API key itself is not shown to any node and is not in the store.
/// </summary>
internal static class DerivedKeys
{
    private const int Length = 32;

    /// <returns>The key, or null if there is no API key, which means a single node on one machine, in Development.</returns>
    public static byte[]? For(string purpose, SecurityOptions options) => options.ApiKey is { Length: > 0 } apiKey
        ? HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(apiKey), Length, info: Encoding.UTF8.GetBytes($"attendance {purpose}"))
        : null;
}
