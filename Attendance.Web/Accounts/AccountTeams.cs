using System.Security.Claims;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Accounts;

/// <summary>The teams of all accounts at one moment.</summary>
internal sealed class AccountTeams(IReadOnlyDictionary<string, IReadOnlyList<string>> stored)
{
    public static async Task<AccountTeams> ReadAsync(AttendanceDb db, CancellationToken cancellationToken) => new(
        (await db.AccountTeams.AsNoTracking().OrderBy(each => each.Team).ToListAsync(cancellationToken))
            .GroupBy(each => each.AccountId, each => each.Team, StringComparer.Ordinal)
            .ToDictionary(account => account.Key, IReadOnlyList<string> (account) => [.. account], StringComparer.Ordinal));

    /// <summary>
    /// Returns the teams of whoever is signed in. Nothing else asks where teams come from, so teams that another sign-in states in its claims
    /// belong here.
    /// </summary>
    public IReadOnlyList<string> Of(ClaimsPrincipal user) => OfAccount(user.AccountId());

    /// <summary>Returns the teams that administrators gave an account.</summary>
    public IReadOnlyList<string> OfAccount(string accountId) => stored.GetValueOrDefault(accountId) ?? [];

    /// <summary>Returns the teams as one text, to compare them with those of another moment.</summary>
    public override string ToString() => string.Join('\n', stored.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key} {string.Join(' ', each.Value)}"));
}
