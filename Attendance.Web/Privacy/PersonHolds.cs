using Attendance.Web.Audit;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Privacy;

/// <summary>Keeps which people are held: nothing of them goes by its age, and they are not deleted.</summary>
internal sealed class PersonHolds(AttendanceDb db, AuditLog audit, TimeProvider clock)
{
    public Task<PersonHold?> FindAsync(Guid personId, CancellationToken cancellationToken) =>
        db.PersonHolds.AsNoTracking().SingleOrDefaultAsync(hold => hold.PersonId == personId, cancellationToken);

    /// <summary>Holds a person, or changes the reason.</summary>
    public async Task SetAsync(Guid personId, string reason, string accountId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.LockPersonAsync(personId, seenAt: null, cancellationToken)) // as whoever deletes by age does, so that what is held from now on stays
        {
            await db.PersonHolds.Where(hold => hold.PersonId == personId).ExecuteDeleteAsync(cancellationToken);
            db.PersonHolds.Add(new PersonHold { PersonId = personId, Reason = reason, SetBy = accountId, SetAt = clock.GetUtcNow().UtcDateTime });
            audit.Add(accountId, new("hold.set", personId, personId, reason));
            await db.SaveChangesAsync(cancellationToken);
        }

        await change.CommitAsync(cancellationToken);
    }

    public Task EndAsync(Guid personId, string reason, string accountId, CancellationToken cancellationToken) =>
        audit.DeleteAsync(db.PersonHolds.Where(hold => hold.PersonId == personId), accountId, new("hold.ended", personId, personId, reason), cancellationToken);
}
