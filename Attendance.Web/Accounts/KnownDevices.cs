using System.Security.Cryptography;
using Attendance.Web.Data;
using Microsoft.AspNetCore.DataProtection;

namespace Attendance.Web.Accounts;

/// <summary>
/// Recognizes a browser in which an account has signed in before, by a cookie that outlasts the sign-in (OWASP calls it a device
/// cookie). The cookie does not sign anybody in. It only makes password attempts from this browser count separately from others.
/// </summary>
internal sealed class KnownDevices(IDataProtectionProvider protection, TimeProvider clock)
{
    private const string CookieName = "attendance-device";

    /// <summary>The number of accounts that are remembered for one browser.</summary>
    private const int MostAccounts = 5;

    private static readonly TimeSpan s_lasts = TimeSpan.FromDays(180);
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Attendance.Web.Accounts.KnownDevices.v1").ToTimeLimitedDataProtector();

    /// <returns>The device id, or null if this account has not signed in in this browser.</returns>
    public string? Find(HttpRequest request, Account account) => Read(request).FirstOrDefault(known => known.AccountId == account.Id).DeviceId;

    /// <summary>Remembers that the account has signed in in this browser.</summary>
    public void Remember(HttpContext context, Account account)
    {
        var others = Read(context.Request).Where(known => known.AccountId != account.Id).Take(MostAccounts - 1);
        var device = Find(context.Request, account) ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        var text = string.Join(';', others.Prepend((account.Id, device)).Select(known => $"{known.Item1}:{known.Item2}"));
        context.Response.Cookies.Append(CookieName, _protector.Protect(text, s_lasts), new()
        {
            Expires = clock.GetUtcNow() + s_lasts,
            HttpOnly = true,
            IsEssential = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
        });
    }

    private IEnumerable<(string AccountId, string DeviceId)> Read(HttpRequest request)
    {
        try
        {
            return request.Cookies[CookieName] is { Length: > 0 } sealedText
                ? [.. _protector.Unprotect(sealedText).Split(';').Select(pair => pair.Split(':')).Select(pair => (pair[0], pair[1]))]
                : [];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }
}
