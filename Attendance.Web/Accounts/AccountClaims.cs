using System.Security.Claims;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>Adds to the sign-in cookie the account's role and whether its password must be changed.</summary>
internal sealed class AccountClaims(UserManager<Account> accounts, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<Account>(accounts, options)
{
    public const string MustChangePassword = "attendance:must_change_password";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(Options.ClaimsIdentity.RoleClaimType, user.Role.ToString()));
        if (user.MustChangePassword)
        {
            identity.AddClaim(new Claim(MustChangePassword, "true"));
        }

        return identity;
    }
}

internal static class SignedInAccount
{
    /// <summary>Returns the account id of a user who is signed in.</summary>
    public static string AccountId(this ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier)!;

    /// <summary>Returns whether this is a kiosk or a paired phone. Its sign-in says what it may do.</summary>
    public static bool IsDevice(this ClaimsPrincipal user) => user.KioskId() is not null || user.PairingId() is not null;
}
