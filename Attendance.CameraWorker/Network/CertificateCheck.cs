using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// Decides whether to accept a camera's certificate, for both https and rtsps. By default it accepts what the system trusts. If a SHA-256
/// fingerprint is configured, it accepts only that certificate, and if any certificate is configured to be accepted, it accepts every one.
/// It keeps the reason for a refusal for the message.
/// </summary>
/// <param name="setting">The configured setting, or null to accept what the system trusts. See <see cref="CertificateSetting"/>.</param>
internal sealed class CertificateCheck(string? setting)
{
    /// <summary>Why the last certificate was refused, or null if none was.</summary>
    public string? Refusal { get; private set; }

    public bool Accept(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            Refusal = "the camera shows no certificate";
            return false;
        }

        if (CertificateSetting.IsAny(setting))
        {
            return true;
        }

        var fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        if (CertificateSetting.Fingerprint(setting) is { } pinned)
        {
            if (fingerprint.Equals(pinned, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            Refusal = $"its certificate is another than the one that is configured; it has the SHA-256 fingerprint {fingerprint}";
            return false;
        }

        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        var why = errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? "is not trusted by this system (self-signed or expired, perhaps)" : "is for another name";
        Refusal = $"its certificate {why}. If it is the camera's own, set 'Certificate' of this camera to its SHA-256 fingerprint: {fingerprint}";
        return false;
    }
}
