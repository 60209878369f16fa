using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Accounts;

/// <summary>Keeps which account is in which team.</summary>
internal sealed partial class TeamStore(AttendanceDb db, AuditLog audit, ILogger<TeamStore> logger)
{
    /// <summary>Puts an account into these teams and no others. It is safe to repeat.</summary>
    /// <returns><see langword="false"/> if there is no such account.</returns>
    public async Task<bool> SetAsync(string accountId, IReadOnlyList<string> teams, string adminId, CancellationToken cancellationToken)
    {
        if (!await db.Users.AnyAsync(account => account.Id == accountId, cancellationToken))
        {
            return false;
        }

        var former = await db.AccountTeams.Where(each => each.AccountId == accountId).OrderBy(each => each.Team).ToListAsync(cancellationToken);
        var (left, joined) = (former.Where(each => !teams.Contains(each.Team, StringComparer.Ordinal)).ToList(), teams.Except(former.Select(each => each.Team), StringComparer.Ordinal).ToList());
        if (left.Count + joined.Count == 0)
        {
            return true;
        }

        db.AccountTeams.RemoveRange(left);
        db.AccountTeams.AddRange(joined.Select(team => new AccountTeam { AccountId = accountId, Team = team }));
        audit.Add(adminId, new(
            "account.teams", Guid.TryParse(accountId, out var id) ? id : null, Detail: $"{Words(former.Select(each => each.Team))} became {Words(teams)}"));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || db.IsDuplicate(exception))
        {
            db.ChangeTracker.Clear(); // another request changed the same account at this moment; the page shows what holds
            return true;
        }

        LogChanged(accountId, adminId);
        return true;
    }

    private static string Words(IEnumerable<string> teams) => string.Join(", ", teams) is { Length: > 0 } names ? names : "no team";

    [LoggerMessage(LogLevel.Information, "The teams of account {AccountId} were changed by account {AdminId}")]
    private partial void LogChanged(string accountId, string adminId);
}
