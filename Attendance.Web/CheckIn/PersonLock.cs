using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.CheckIn;

internal static class PersonLock
{
    /// <summary>
    /// Locks a person's row until the end of the transaction, so that what is recorded for the person at the same time, by two kiosks for
    /// example, is recorded one after the other, and each sees what the one before has recorded.
    /// </summary>
    /// <param name="seenAt">When the person was seen, which is kept if it is the latest time; null if they were not seen.</param>
    /// <returns><see langword="false"/> if there is no such person.</returns>
    public static async Task<bool> LockPersonAsync(this AttendanceDb db, Guid personId, DateTime? seenAt, CancellationToken cancellationToken) =>
        await db.People.Where(person => person.Id == personId).ExecuteUpdateAsync(
            person => person.SetProperty(each => each.LastSeenAt, each => each.LastSeenAt == null || each.LastSeenAt < seenAt ? seenAt : each.LastSeenAt),
            cancellationToken) == 1;
}
