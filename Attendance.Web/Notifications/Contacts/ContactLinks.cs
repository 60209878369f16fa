using System.Security.Cryptography;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using Attendance.Web.Notifications.Sending;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications.Contacts;

/// <summary>Whose link it was.</summary>
/// <param name="Stamp">The <see cref="Contact.AddressStamp"/> of the address that it was sent to.</param>
internal sealed record ContactToken(Guid ContactId, Guid Stamp);

/// <summary>
/// Makes and reads the links in mails. Their tokens are encrypted and authenticated with the data-protection keys, each for one purpose, and say
/// neither name nor address. None is stored, so a copy of the database opens nothing. On pages they stand behind the #, which no server and no
/// proxy gets with the address. Only the one that mail programs send a request to has it in the query, which is in no log of ours.
/// </summary>
internal sealed class ContactLinks(IDataProtectionProvider protection, IOptions<MailOptions> options)
{
    public const string ConfirmPath = "/contact/confirm", UnsubscribePath = "/contact/unsubscribe", OneClickPath = "/contact/unsubscribe/one-click";

    private const int IdLength = 16, LongestText = 500;

    private readonly IDataProtector _confirm = protection.CreateProtector("Attendance.Web.Notifications.Confirm.v1");
    private readonly IDataProtector _unsubscribe = protection.CreateProtector("Attendance.Web.Notifications.Unsubscribe.v1");

    public string Confirm(Contact contact) => $"{options.Value.LinkTo(ConfirmPath)}#{Seal(_confirm, contact)}";

    public UnsubscribeLinks Unsubscribe(Contact contact)
    {
        var token = Seal(_unsubscribe, contact);
        return new($"{options.Value.LinkTo(UnsubscribePath)}#{token}", $"{options.Value.LinkTo(OneClickPath)}?token={token}");
    }

    /// <returns>The token, or null if it was not made here for this purpose.</returns>
    public ContactToken? ReadConfirm(string? token) => Read(_confirm, token);

    /// <inheritdoc cref="ReadConfirm"/>
    public ContactToken? ReadUnsubscribe(string? token) => Read(_unsubscribe, token);

    private static string Seal(IDataProtector protector, Contact contact) =>
        WebEncoders.Base64UrlEncode(protector.Protect([.. contact.Id.ToByteArray(), .. contact.AddressStamp.ToByteArray()]));

    private static ContactToken? Read(IDataProtector protector, string? token)
    {
        if (token?.Trim() is not { Length: > 0 and <= LongestText } text)
        {
            return null;
        }

        try
        {
            var plain = protector.Unprotect(WebEncoders.Base64UrlDecode(text));
            return plain.Length == 2 * IdLength ? new(new Guid(plain.AsSpan(0, IdLength)), new Guid(plain.AsSpan(IdLength))) : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
