using Attendance.Web.Data;
using MimeKit;

namespace Attendance.Web.Mail;

/// <summary>Reads e-mail addresses as somebody types them.</summary>
internal static class MailAddresses
{
    private static readonly ParserOptions s_strict = new()
    {
        AddressParserComplianceMode = RfcComplianceMode.Strict,
        AllowAddressesWithoutDomain = false,
        AllowUnquotedCommasInAddresses = false,
    };

    /// <param name="address">The address without the spaces around it.</param>
    /// <returns>Whether the text is one address and nothing else.</returns>
    public static bool TryRead(string? text, out string address)
    {
        address = text?.Trim() ?? "";
        return address.Length is > 0 and <= Contact.EmailLength
            && Writing.CanBeWritten(address)
            && !address.Any(char.IsWhiteSpace)
            && MailboxAddress.TryParse(s_strict, address, out var mailbox)
            && string.Equals(mailbox.Address, address, StringComparison.Ordinal);
    }

    /// <summary>Reads addresses that are separated by commas.</summary>
    /// <returns>The addresses, each once, or null if one cannot be read.</returns>
    public static IReadOnlyList<string>? ReadList(string? text)
    {
        var read = new List<string>();
        foreach (var each in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryRead(each, out var address))
            {
                return null;
            }

            read.Add(address);
        }

        return [.. read.DistinctBy(Contact.KeyOf, StringComparer.Ordinal)];
    }
}
