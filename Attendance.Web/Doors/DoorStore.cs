using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Languages;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Doors;

/// <summary>Keeps the doors.</summary>
internal sealed partial class DoorStore(AttendanceDb db, AuditLog audit, DoorStates states, TimeProvider clock, ILogger<DoorStore> logger)
{
    public async Task<IReadOnlyList<Door>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await db.Doors.AsNoTracking().ToListAsync(cancellationToken)).OrderBy(door => door.Name, Show.ByName()).ThenBy(door => door.Id)];

    /// <returns><see langword="false"/> if another door has this camera.</returns>
    public async Task<bool> TryAddAsync(DoorForm form, string accountId, CancellationToken cancellationToken)
    {
        var door = new Door
        {
            Name = Writing.Tidy(form.Name!), Place = Writing.Tidy(form.Place!), CameraId = form.CameraId!, IsWatched = form.IsWatched, CreatedAt = clock.GetUtcNow().UtcDateTime,
        };
        if (await db.Doors.AnyAsync(other => other.CameraId == door.CameraId, cancellationToken))
        {
            return false;
        }

        db.Doors.Add(door);
        audit.Add(accountId, new("door.added", door.Id, Detail: $"place {door.Place}, camera {door.CameraId}, {(door.IsWatched ? "watched" : "not watched")}"));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception))
        {
            return false; // another request was faster
        }

        states.DoorsChanged();
        LogAdded(door.Id, door.CameraId, accountId);
        return true;
    }

    /// <summary>Records whether somebody watches the door from now on. It is safe to repeat.</summary>
    public async Task SetWatchedAsync(Guid id, bool isWatched, string accountId, CancellationToken cancellationToken)
    {
        if (await db.Doors.SingleOrDefaultAsync(door => door.Id == id && door.IsWatched != isWatched, cancellationToken) is { } door)
        {
            door.IsWatched = isWatched;
            audit.Add(accountId, new(isWatched ? "door.watched" : "door.unwatched", id));
            await db.SaveChangesAsync(cancellationToken);
            LogWatched(id, isWatched, accountId);
        }

        states.DoorsChanged();
    }

    /// <summary>Deletes a door. It is safe to repeat.</summary>
    public async Task RemoveAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await db.Doors.SingleOrDefaultAsync(door => door.Id == id, cancellationToken) is { } door)
        {
            db.Doors.Remove(door);
            audit.Add(accountId, new("door.removed", id));
            await db.SaveChangesAsync(cancellationToken);
            LogRemoved(id, accountId);
        }

        states.DoorsChanged();
    }

    [LoggerMessage(LogLevel.Information, "Door {DoorId} with camera {CameraId} added by account {AccountId}")]
    private partial void LogAdded(Guid doorId, string cameraId, string accountId);

    [LoggerMessage(LogLevel.Information, "Door {DoorId}: watched by somebody: {IsWatched}, said account {AccountId}")]
    private partial void LogWatched(Guid doorId, bool isWatched, string accountId);

    [LoggerMessage(LogLevel.Information, "Door {DoorId} removed by account {AccountId}")]
    private partial void LogRemoved(Guid doorId, string accountId);
}
