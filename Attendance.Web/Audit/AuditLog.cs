using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Audit;

/// <summary>
/// Records who changed what and why. An entry is added to the unit of work of the change, so that there is no change without its entry
/// and no entry without its change.
/// </summary>
internal sealed class AuditLog(AttendanceDb db, TimeProvider clock)
{
    /// <summary>What stands in place of an account: a person who used the link to their own data, and the schedule by which data goes.</summary>
    public const string ByPerson = "person", BySchedule = "retention";

    private const int Most = 200;

    /// <summary>Adds an entry that the next <see cref="DbContext.SaveChangesAsync(CancellationToken)"/> stores.</summary>
    public void Add(string accountId, AuditRecord record) => db.AuditEntries.Add(new AuditEntry
    {
        At = clock.GetUtcNow().UtcDateTime,
        AccountId = accountId,
        Action = record.Action,
        PersonId = record.PersonId,
        SubjectId = record.SubjectId,
        Reason = record.Reason,
        Detail = record.Detail is { Length: > AuditEntry.DetailLength } detail ? detail[..(AuditEntry.DetailLength - 1)] + '…' : record.Detail,
    });

    /// <summary>Deletes rows together with the entry that says so. If there are none, nothing is recorded, so it is safe to repeat.</summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> DeleteAsync<T>(IQueryable<T> rows, string accountId, AuditRecord record, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await rows.ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return false;
        }

        Add(accountId, record);
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Lists the newest entries about a session, a schedule, a group or a period, and if given about one person in it.</summary>
    public async Task<IReadOnlyList<AuditRow>> ListAsync(Guid subjectId, Guid? personId, CancellationToken cancellationToken)
    {
        var entries = db.AuditEntries.Where(entry => entry.SubjectId == subjectId);
        if (personId is { } id)
        {
            entries = entries.Where(entry => entry.PersonId == id);
        }

        return await (
            from entry in entries
            join account in db.Users on entry.AccountId equals account.Id into accounts
            from account in accounts.DefaultIfEmpty()
            orderby entry.At descending, entry.Id descending
            select new AuditRow(entry.At, account != null ? account.UserName : entry.AccountId == ByPerson ? "the person, by a link" : entry.AccountId == BySchedule ? "the schedule" : null, entry.Action, entry.PersonId, entry.Reason, entry.Detail))
            .Take(Most).ToListAsync(cancellationToken);
    }
}

/// <summary>What is recorded of a change.</summary>
/// <param name="Action">What was done, such as <c>mark.corrected</c>.</param>
/// <param name="Detail">What changed, in words without a person's name.</param>
internal sealed record AuditRecord(string Action, Guid? SubjectId = null, Guid? PersonId = null, string? Reason = null, string? Detail = null);

/// <param name="UserName">The account's user name, or null if the account was deleted.</param>
internal sealed record AuditRow(DateTime At, string? UserName, string Action, Guid? PersonId, string? Reason, string? Detail);
