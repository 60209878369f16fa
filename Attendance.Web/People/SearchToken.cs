using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Attendance.Web.People;

/// <summary>The search terms and the page of a search.</summary>
internal sealed record PeopleSearch(string? Words, string? Group, int Page, bool ToRenew = false);

/// <summary>
/// Puts a search into an address in encrypted form, because people mostly search for names and many systems log addresses. So the result
/// is a page that the browser's Back button finds again.
/// </summary>
internal sealed class SearchToken(IDataProtectionProvider protection)
{
    private static readonly TimeSpan s_lasts = TimeSpan.FromHours(12);
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Attendance.Web.People.Search.v1").ToTimeLimitedDataProtector();

    public string Seal(PeopleSearch search) =>
        WebEncoders.Base64UrlEncode(_protector.Protect(JsonSerializer.SerializeToUtf8Bytes(search), s_lasts));

    /// <returns>The search, or null if the token was not made here or has expired.</returns>
    public PeopleSearch? Open(string? token)
    {
        try
        {
            return token is { Length: > 0 } ? JsonSerializer.Deserialize<PeopleSearch>(Encoding.UTF8.GetString(_protector.Unprotect(WebEncoders.Base64UrlDecode(token)))) : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
