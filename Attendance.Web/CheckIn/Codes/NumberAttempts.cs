using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>
/// Counts faces that were not that of the person whose number was entered before. After too many within <see cref="CheckInOptions.NumberLockedFor"/>,
/// the person is not compared with any face by number for as long, at any kiosk. Their codes work as ever.
/// </summary>
internal sealed class NumberAttempts(AttendanceDb db, IOptions<CheckInOptions> options, TimeProvider clock)
{
    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public Task<bool> IsLockedAsync(Guid personId, CancellationToken cancellationToken)
    {
        var (key, now) = (KeyOf(personId), Now);
        return db.CodeCounts.AnyAsync(count => count.Key == key && count.LockedUntil > now, cancellationToken);
    }

    /// <summary>A face was not that of the person, or it is not certain.</summary>
    /// <returns>Whether the number is locked from now on. Of several kiosks at the same time, one is told.</returns>
    public async Task<bool> FailedAsync(Guid personId, CancellationToken cancellationToken)
    {
        var (key, now) = (KeyOf(personId), Now);
        var (forgotten, until, most) = (now - options.Value.NumberLockedFor, now + options.Value.NumberLockedFor, options.Value.WrongFaces);
        await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO code_counts ("Key", "PersonId", "Attempts", "Since", "LockedUntil") VALUES ({key}, {personId}, 0, {now}, NULL) ON CONFLICT ("Key") DO NOTHING""",
            cancellationToken);
        await db.CodeCounts.Where(count => count.Key == key && (count.LockedUntil <= now || (count.LockedUntil == null && count.Since < forgotten))).ExecuteUpdateAsync(
            count => count.SetProperty(each => each.Attempts, 0).SetProperty(each => each.Since, now).SetProperty(each => each.LockedUntil, (DateTime?)null), cancellationToken);
        await db.CodeCounts.Where(count => count.Key == key && count.LockedUntil == null)
            .ExecuteUpdateAsync(count => count.SetProperty(each => each.Attempts, each => each.Attempts + 1), cancellationToken);
        return await db.CodeCounts.Where(count => count.Key == key && count.LockedUntil == null && count.Attempts >= most)
            .ExecuteUpdateAsync(count => count.SetProperty(each => each.LockedUntil, until), cancellationToken) == 1;
    }

    /// <summary>The person was recognized, so what failed before counts no more.</summary>
    public Task PassedAsync(Guid personId, CancellationToken cancellationToken)
    {
        var key = KeyOf(personId);
        return db.CodeCounts.Where(count => count.Key == key).ExecuteDeleteAsync(cancellationToken);
    }

    private static string KeyOf(Guid personId) => $"face:{personId:N}";
}
