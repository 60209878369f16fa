using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Attendance.Web.Data;

/// <summary>
/// Records when groups and sessions were changed, and which were deleted, whoever does it: programs that keep a copy ask for what has changed.
/// A change of who is in a group is one of the group.
/// </summary>
internal sealed class ChangeTimes(TimeProvider clock) : SaveChangesInterceptor
{
    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is AttendanceDb db)
        {
            await RecordAsync(db, clock.GetUtcNow().UtcDateTime, cancellationToken);
        }

        return result;
    }

    private static async Task RecordAsync(AttendanceDb db, DateTime now, CancellationToken cancellationToken)
    {
        var changed = db.ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted).ToList();
        foreach (var entry in changed.Where(entry => entry is { Entity: Group or Session, State: not EntityState.Deleted }))
        {
            entry.Property(nameof(Group.ChangedAt)).CurrentValue = now;
        }

        var groups = Of<Membership>(changed).Select(each => each.GroupId).Except(New<Group>(changed).Select(each => each.Id)).ToList();
        if (groups.Count > 0)
        {
            await db.Groups.Where(group => groups.Contains(group.Id)).ExecuteUpdateAsync(group => group.SetProperty(each => each.ChangedAt, now), cancellationToken);
        }

        var sessions = Of<SessionGroup>(changed).Select(each => each.SessionId).Except(New<Session>(changed).Select(each => each.Id)).ToList();
        if (sessions.Count > 0)
        {
            await db.Sessions.Where(session => sessions.Contains(session.Id)).ExecuteUpdateAsync(session => session.SetProperty(each => each.ChangedAt, now), cancellationToken);
        }

        foreach (var entry in changed.Where(entry => entry.State == EntityState.Deleted))
        {
            switch (entry.Entity)
            {
                case Person person:
                    db.Deletions.Add(new Deletion { Id = person.Id, Kind = DeletedKind.Person, At = now });
                    break;
                case Group group:
                    db.Deletions.Add(new Deletion { Id = group.Id, Kind = DeletedKind.Group, At = now });
                    break;
                case Session session:
                    db.Deletions.Add(new Deletion { Id = session.Id, Kind = DeletedKind.Session, At = now });
                    break;
            }
        }
    }

    private static IEnumerable<T> New<T>(IEnumerable<EntityEntry> entries) => Of<T>(entries.Where(entry => entry.State == EntityState.Added));

    private static IEnumerable<T> Of<T>(IEnumerable<EntityEntry> entries) => entries.Select(entry => entry.Entity).OfType<T>();
}
