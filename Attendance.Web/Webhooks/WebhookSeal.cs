using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Attendance.Web.Webhooks;

/// <summary>Encrypts the addresses and keys of receivers with the data-protection keys, each for its own receiver.</summary>
internal sealed class WebhookSeal(IDataProtectionProvider protection)
{
    private const string Purpose = "Attendance.Web.Webhooks.v1";

    public byte[] Seal(Guid targetId, string text) => For(targetId).Protect(Encoding.UTF8.GetBytes(text));

    /// <exception cref="System.Security.Cryptography.CryptographicException">The text was changed or swapped, or its key is missing.</exception>
    public string Open(Guid targetId, byte[] sealedText) => Encoding.UTF8.GetString(For(targetId).Unprotect(sealedText));

    private IDataProtector For(Guid targetId) => protection.CreateProtector(Purpose, targetId.ToString("N"));
}
