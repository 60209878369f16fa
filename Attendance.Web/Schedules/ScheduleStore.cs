using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Languages;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Attendance.Web.Schedules;

internal enum ScheduleOutcome
{
    Saved,

    /// <summary>Somebody else has changed the schedule in the meantime, or a group is gone.</summary>
    Changed,
}

internal sealed record ScheduleRow(Schedule Schedule, IReadOnlyList<string> Groups);

/// <summary>Stores schedules. A change and the sessions that follow from it are one transaction.</summary>
internal sealed class ScheduleStore(AttendanceDb db, AuditLog audit, SessionUpkeep upkeep, TimeProvider clock)
{
    public async Task<IReadOnlyList<ScheduleRow>> ListAsync(CancellationToken cancellationToken)
    {
        var names = await db.Groups.ToDictionaryAsync(group => group.Id, group => group.Name, cancellationToken);
        var schedules = await db.Schedules.AsNoTracking().Include(each => each.Groups).ToListAsync(cancellationToken);
        return
        [
            .. schedules.OrderBy(each => each.Name, Show.ByName()).ThenBy(each => each.Id)
                .Select(each => new ScheduleRow(each, [.. each.Groups.Select(group => names[group.GroupId]).Order(Show.ByName())])),
        ];
    }

    public Task<Schedule?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        db.Schedules.Include(each => each.Groups).SingleOrDefaultAsync(each => each.Id == id, cancellationToken);

    /// <summary>Finds the schedules that were imported from events with these UIDs, by UID.</summary>
    public Task<Dictionary<string, Schedule>> FindBySourceAsync(IReadOnlyCollection<string> sources, CancellationToken cancellationToken) =>
        db.Schedules.Include(each => each.Groups).Where(each => each.Source != null && sources.Contains(each.Source)).ToDictionaryAsync(each => each.Source!, StringComparer.Ordinal, cancellationToken);

    public Task<List<Holiday>> HolidaysAsync(CancellationToken cancellationToken) => db.Holidays.AsNoTracking().ToListAsync(cancellationToken);

    public async Task<ScheduleOutcome> AddAsync(Schedule schedule, IReadOnlyCollection<Guid> groups, string accountId, CancellationToken cancellationToken)
    {
        await using var own = await BeginAsync(cancellationToken);
        schedule.Stamp = Guid.NewGuid();
        schedule.Groups.AddRange(groups.Select(id => new ScheduleGroup { ScheduleId = schedule.Id, GroupId = id }));
        db.Schedules.Add(schedule);
        audit.Add(accountId, new("schedule.added", schedule.Id, Detail: Describe(schedule)));
        return await SaveAsync(schedule.Id, own, cancellationToken);
    }

    /// <param name="schedule">A schedule from <see cref="FindAsync"/>, changed.</param>
    /// <param name="stamp">The concurrency token when the form was shown.</param>
    public async Task<ScheduleOutcome> ChangeAsync(
        Schedule schedule, Guid stamp, IReadOnlyCollection<Guid> groups, string accountId, CancellationToken cancellationToken)
    {
        await using var own = await BeginAsync(cancellationToken);
        db.Entry(schedule).Property(each => each.Stamp).OriginalValue = stamp;
        schedule.Stamp = Guid.NewGuid();
        schedule.Groups.RemoveAll(link => !groups.Contains(link.GroupId));
        schedule.Groups.AddRange(groups.Except(schedule.Groups.Select(link => link.GroupId)).Select(id => new ScheduleGroup { ScheduleId = schedule.Id, GroupId = id }).ToList());
        audit.Add(accountId, new("schedule.changed", schedule.Id, Detail: Describe(schedule)));
        return await SaveAsync(schedule.Id, own, cancellationToken);
    }

    /// <summary>Ends a schedule: sessions that have not opened go, those of the past stay. It is safe to repeat.</summary>
    public async Task EndAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        await using var own = await BeginAsync(cancellationToken);
        if (await FindAsync(id, cancellationToken) is { EndedAt: null } schedule)
        {
            (schedule.EndedAt, schedule.Stamp) = (clock.GetUtcNow().UtcDateTime, Guid.NewGuid());
            audit.Add(accountId, new("schedule.ended", id));
            await SaveAsync(id, own, cancellationToken);
        }
    }

    private static string Describe(Schedule schedule) =>
        $"{schedule.Recurrence}, {schedule.StartsAt:HH:mm}, {schedule.Duration:hh\\:mm} h, {schedule.Zone}";

    /// <returns>A transaction, or null if one is open already, which then holds the change as well.</returns>
    private async Task<IDbContextTransaction?> BeginAsync(CancellationToken cancellationToken) =>
        db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellationToken) : null;

    private async Task<ScheduleOutcome> SaveAsync(Guid id, IDbContextTransaction? own, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            return ScheduleOutcome.Changed;
        }

        await upkeep.MakeAsync(id, cancellationToken);
        if (own is not null)
        {
            await own.CommitAsync(cancellationToken);
        }

        return ScheduleOutcome.Saved;
    }
}
