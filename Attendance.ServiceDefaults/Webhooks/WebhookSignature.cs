using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Attendance.ServiceDefaults.Webhooks;

/// <summary>Signs requests as Standard Webhooks defines it (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and body.</summary>
public static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int KeyLength = 32;

    public static bool IsKey(string secret) => !secret.StartsWith(Prefix, StringComparison.Ordinal) || TryDecode(secret, out _);

    /// <summary>Returns a random key in the form that receivers' libraries expect.</summary>
    public static string NewKey() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength));

    /// <summary>Returns the value of the <c>webhook-signature</c> header.</summary>
    public static string Of(string secret, string id, long timestamp, string body)
    {
        var key = TryDecode(secret, out var decoded) ? decoded : Encoding.UTF8.GetBytes(secret);
        var signed = string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}");
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }

    private static bool TryDecode(string secret, out byte[] key)
    {
        key = [];
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var buffer = new byte[secret.Length];
        if (!Convert.TryFromBase64String(secret[Prefix.Length..], buffer, out var length) || length == 0)
        {
            return false;
        }

        key = buffer[..length];
        return true;
    }
}
