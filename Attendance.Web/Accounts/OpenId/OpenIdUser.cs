using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Attendance.Web.Data;

namespace Attendance.Web.Accounts.OpenId;

/// <summary>Somebody whom the provider has signed in, as its claims say.</summary>
/// <param name="Issuer">The provider. Only together with the subject it says who it is; a name or an address may become somebody else's.</param>
/// <param name="WantedName">What the account may be called, as the provider has it.</param>
/// <param name="Role">Null if the provider says nothing about roles.</param>
/// <param name="IsRefused">Whether the account has no role at the provider and needs one.</param>
/// <param name="Teams">Null if the provider says nothing about teams.</param>
/// <param name="ProviderSession">A hash of the session at the provider; null if it has none.</param>
internal sealed record OpenIdUser(
    string Issuer, string Subject, string? WantedName, AccountRole? Role, bool IsRefused, IReadOnlyList<string>? Teams, string? ProviderSession)
{
    /// <returns>Null if the claims name nobody.</returns>
    public static OpenIdUser? From(ClaimsPrincipal principal, OpenIdOptions options)
    {
        var (issuer, subject) = (principal.FindFirstValue("iss"), principal.FindFirstValue("sub"));
        if (issuer is not { Length: > 0 and <= OpenIdOptions.IssuerLength } || subject is not { Length: > 0 and <= OpenIdOptions.SubjectLength })
        {
            return null;
        }

        var hasRoles = !string.IsNullOrEmpty(options.RoleClaim);
        var role = hasRoles ? RoleIn(ValuesOf(principal, options.RoleClaim!), options) : null;
        return new(
            issuer,
            subject,
            principal.FindFirstValue("preferred_username") ?? principal.FindFirstValue("email"),
            role ?? (hasRoles ? AccountRole.Operator : null),
            options.RequireRole && role is null,
            string.IsNullOrEmpty(options.GroupsClaim) ? null : TeamsIn(ValuesOf(principal, options.GroupsClaim)),
            principal.FindFirstValue("sid") is { Length: > 0 } session ? HashOf(issuer, session) : null);
    }

    /// <summary>Returns what is stored of the id of a session or a token of the provider.</summary>
    public static string HashOf(string issuer, string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer}\n{id}")));

    private static HashSet<string> ValuesOf(ClaimsPrincipal principal, string claim) =>
        principal.FindAll(claim).Select(each => each.Value).ToHashSet(StringComparer.Ordinal);

    private static AccountRole? RoleIn(HashSet<string> values, OpenIdOptions options) =>
        values.Overlaps(options.AdminValues) ? AccountRole.Admin : values.Overlaps(options.OperatorValues) ? AccountRole.Operator : null;

    /// <summary>
    /// Returns the names of teams that groups of a provider get here: the end of a path, in small letters, with a hyphen for what a name may not
    /// have. An id in the form of a GUID loses its hyphens, because with them it would be too long. What still is no name is left out.
    /// </summary>
    private static List<string> TeamsIn(HashSet<string> groups) =>
    [
        .. groups.Select(group => Guid.TryParse(group, out var id) ? id.ToString("N") : TeamNames.From(group.Split('/')[^1]))
            .Where(TeamNames.IsValid).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];
}
