using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>The counts of attempts, each change in one statement, so that attempts at the same time all count.</summary>
internal static class AttemptCounts
{
    /// <summary>Makes a count that does not exist yet, and begins anew with one whose lock is over.</summary>
    /// <param name="forgetBefore">A count that is not locked and began before this is begun anew as well. Null if it is never forgotten.</param>
    public static async Task BeginCountAsync(
        this AttendanceDb db, string key, Guid? personId, DateTime now, DateTime? forgetBefore, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO code_counts ("Key", "PersonId", "Attempts", "Since", "LockedUntil") VALUES ({key}, {personId}, 0, {now}, NULL) ON CONFLICT ("Key") DO NOTHING""",
            cancellationToken);
        await db.CodeCounts.Where(count => count.Key == key && (count.LockedUntil <= now || (count.LockedUntil == null && count.Since < forgetBefore))).ExecuteUpdateAsync(
            count => count.SetProperty(each => each.Attempts, 0).SetProperty(each => each.Since, now).SetProperty(each => each.LockedUntil, (DateTime?)null), cancellationToken);
    }

    /// <returns>Whether the count has reached its limit and is locked from now on.</returns>
    public static async Task<bool> LockIfFullAsync(this AttendanceDb db, string key, int most, DateTime until, CancellationToken cancellationToken) =>
        await db.CodeCounts.Where(count => count.Key == key && count.LockedUntil == null && count.Attempts >= most)
            .ExecuteUpdateAsync(count => count.SetProperty(each => each.LockedUntil, until), cancellationToken) == 1;

    /// <summary>Deletes a count after an attempt that was right.</summary>
    public static Task ClearCountAsync(this AttendanceDb db, string key, CancellationToken cancellationToken) =>
        db.CodeCounts.Where(count => count.Key == key).ExecuteDeleteAsync(cancellationToken);
}
