using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Security;

/// <summary>
/// Encrypts lease ids for the store, because anyone with an id can renew and end the lease, and read access to the store must not allow that.
/// An id always gives the same text, because the store's scripts compare it. So the nonce is a MAC of the id (the construction of RFC 5297).
/// </summary>
internal sealed class LeaseIdSeal(IOptions<SecurityOptions> options)
{
    private const int NonceLength = 12, TagLength = 16;

    private readonly byte[]? _encryption = DerivedKeys.For("lease ids, encryption", options.Value);
    private readonly byte[]? _nonces = DerivedKeys.For("lease ids, nonces", options.Value);

    /// <returns>The encrypted id, of letters, digits, <c>-</c> and <c>_</c>; without an API key, the id as it is.</returns>
    public string Seal(string leaseId)
    {
        if (_encryption is null)
        {
            return leaseId;
        }

        var id = Encoding.UTF8.GetBytes(leaseId);
        var sealedId = new byte[NonceLength + id.Length + TagLength];
        var nonce = sealedId.AsSpan(0, NonceLength);
        HMACSHA256.HashData(_nonces!, id).AsSpan(0, NonceLength).CopyTo(nonce);
        using var aes = new AesGcm(_encryption, TagLength);
        aes.Encrypt(nonce, id, sealedId.AsSpan(NonceLength, id.Length), sealedId.AsSpan(NonceLength + id.Length));
        return Base64Url.EncodeToString(sealedId);
    }

    /// <returns>The lease id, or null if the text was not encrypted with this key.</returns>
    public string? Open(string text)
    {
        if (_encryption is null)
        {
            return text;
        }

        try
        {
            var sealedId = Base64Url.DecodeFromChars(text);
            if (sealedId.Length <= NonceLength + TagLength)
            {
                return null;
            }

            var id = new byte[sealedId.Length - NonceLength - TagLength];
            using var aes = new AesGcm(_encryption, TagLength);
            aes.Decrypt(sealedId.AsSpan(0, NonceLength), sealedId.AsSpan(NonceLength, id.Length), sealedId.AsSpan(NonceLength + id.Length), id);
            return Encoding.UTF8.GetString(id);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return null;
        }
    }
}
