using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Attendance.Web.People;

/// <summary>What somebody searches for.</summary>
internal sealed record PeopleSearch(string? Words, string? Group, int Page);

/// <summary>
/// Puts a search into an address, encrypted: what is searched for is a name mostly, and addresses are logged by many. So the result
/// is a page that the browser's Back finds again.
/// </summary>
internal sealed class SearchToken(IDataProtectionProvider protection)
{
    private static readonly TimeSpan s_lasts = TimeSpan.FromHours(12);
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Attendance.Web.People.Search.v1").ToTimeLimitedDataProtector();

    public string Seal(PeopleSearch search) =>
        WebEncoders.Base64UrlEncode(_protector.Protect(JsonSerializer.SerializeToUtf8Bytes(search), s_lasts));

    /// <returns>Null for what this has not made, or long ago.</returns>
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
