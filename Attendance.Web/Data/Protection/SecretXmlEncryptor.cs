using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Data.Protection;

/// <summary>Encrypts the key ring with AES-256-GCM. The key is derived from the configured secret by HKDF.</summary>
internal sealed class SecretXmlEncryptor(string secret) : IXmlEncryptor
{
    private const string ElementName = "sealed";
    private static readonly byte[] s_info = "Attendance.Web key ring, AES-256-GCM"u8.ToArray();

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        var cipher = new byte[plain.Length];
        using var aes = new AesGcm(KeyOf(secret), tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        CryptographicOperations.ZeroMemory(plain);
        return new EncryptedXmlInfo(
            new XElement(ElementName, Convert.ToBase64String([.. nonce, .. tag, .. cipher])), typeof(SecretXmlDecryptor));
    }

    /// <exception cref="CryptographicException">The element was encrypted with another secret.</exception>
    public static XElement Decrypt(XElement element, string secret)
    {
        ReadOnlySpan<byte> bytes = Convert.FromBase64String(element.Value);
        var (nonceLength, tagLength) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var plain = new byte[bytes.Length - nonceLength - tagLength];
        using var aes = new AesGcm(KeyOf(secret), tagLength);
        aes.Decrypt(bytes[..nonceLength], bytes[(nonceLength + tagLength)..], bytes.Slice(nonceLength, tagLength), plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }

    private static byte[] KeyOf(string secret) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, salt: null, s_info);
}

/// <summary>Decrypts the key ring. The key ring names this class, and the framework creates it when it reads the ring.</summary>
internal sealed class SecretXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) =>
        services.GetRequiredService<IOptions<KeyProtectionOptions>>().Value.Secret is { Length: > 0 } secret
            ? SecretXmlEncryptor.Decrypt(encryptedElement, secret)
            : throw new CryptographicException($"{KeyProtectionOptions.Section}:{nameof(KeyProtectionOptions.Secret)} is missing.");
}
