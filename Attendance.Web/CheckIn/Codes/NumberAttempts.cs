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

    /// <summary>Counts a face that was not the person's, or not for certain.</summary>
    /// <returns>Whether the number is locked from now on. Of several kiosks at the same time, one is told.</returns>
    public async Task<bool> FailedAsync(Guid personId, CancellationToken cancellationToken)
    {
        var (key, now) = (KeyOf(personId), Now);
        var lockedFor = options.Value.NumberLockedFor;
        await db.BeginCountAsync(key, personId, now, now - lockedFor, cancellationToken);
        await db.CodeCounts.Where(count => count.Key == key && count.LockedUntil == null)
            .ExecuteUpdateAsync(count => count.SetProperty(each => each.Attempts, each => each.Attempts + 1), cancellationToken);
        return await db.LockIfFullAsync(key, options.Value.WrongFaces, now + lockedFor, cancellationToken);
    }

    /// <summary>Forgets the faces before, because the person was recognized.</summary>
    public Task PassedAsync(Guid personId, CancellationToken cancellationToken) => db.ClearCountAsync(KeyOf(personId), cancellationToken);

    private static string KeyOf(Guid personId) => $"face:{personId:N}";
}
