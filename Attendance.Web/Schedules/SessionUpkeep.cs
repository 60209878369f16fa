using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Schedules;

/// <summary>Makes the sessions of schedules, as their <see cref="SessionPlan"/> says. It is safe to repeat, and to do in several processes at once.</summary>
internal sealed partial class SessionUpkeep(AttendanceDb db, IOptions<ScheduleOptions> options, TimeProvider clock, ILogger<SessionUpkeep> logger)
{
    public async Task MakeAllAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow().UtcDateTime - TimeSpan.FromDays(2);
        var schedules = await db.Schedules.Where(each => each.EndedAt == null || each.EndedAt > since).Select(each => each.Id).ToListAsync(cancellationToken);
        foreach (var id in schedules)
        {
            await MakeAsync(id, cancellationToken);
        }
    }

    /// <summary>Makes the sessions of one schedule, in the current transaction if there is one.</summary>
    public async Task MakeAsync(Guid scheduleId, CancellationToken cancellationToken)
    {
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellationToken) : null;

        // Locks the schedule's row until the end of the transaction, so that of several processes one after the other makes its sessions.
        await db.Schedules.Where(each => each.Id == scheduleId)
            .ExecuteUpdateAsync(schedule => schedule.SetProperty(each => each.Stamp, each => each.Stamp), cancellationToken);
        db.ChangeTracker.Clear();
        if (await db.Schedules.Include(each => each.Groups).SingleOrDefaultAsync(each => each.Id == scheduleId, cancellationToken) is not { } schedule)
        {
            return;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var yesterday = Zones.DayOf(schedule.Zone, now).AddDays(-3);
        var existing = await db.Sessions.Include(each => each.Groups)
            .Where(each => each.ScheduleId == scheduleId && each.OriginalDay >= yesterday).ToListAsync(cancellationToken);
        var holidays = await db.Holidays.AsNoTracking().Where(each => each.LastDay >= yesterday).ToListAsync(cancellationToken);
        var plan = SessionPlan.Of(schedule, holidays, existing, now, options.Value.DaysAhead);
        db.Sessions.AddRange(plan.Added.Select(each => New(schedule, each)));
        foreach (var (session, wanted) in plan.Changed)
        {
            Follow(session, schedule, wanted);
        }

        await DropAsync(plan.Dropped, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        if (own is not null)
        {
            await own.CommitAsync(cancellationToken);
        }

        if (plan.Added.Count > 0 || plan.Dropped.Count > 0)
        {
            LogMade(scheduleId, plan.Added.Count, plan.Dropped.Count);
        }
    }

    private static Session New(Schedule schedule, Occurrence wanted)
    {
        var session = new Session
        {
            ScheduleId = schedule.Id, OriginalDay = wanted.Day, OriginalStart = wanted.StartsAt, Name = schedule.Name, Zone = schedule.Zone,
            Place = schedule.Place, PlaceKey = schedule.PlaceKey, Rules = schedule.Rules,
        };
        session.SetTimes(wanted.StartsAt, wanted.EndsAt, wanted.Day);
        session.Groups.AddRange(schedule.Groups.Select(group => new SessionGroup { SessionId = session.Id, GroupId = group.GroupId }));
        return session;
    }

    /// <summary>Changes a session to what its schedule wants now. One that is as wanted is left alone, so that nothing is written.</summary>
    private static void Follow(Session session, Schedule schedule, Occurrence wanted)
    {
        var groups = schedule.Groups.Select(group => group.GroupId).ToHashSet();
        if (session.Groups.RemoveAll(group => !groups.Contains(group.GroupId)) > 0 | groups.Count != session.Groups.Count)
        {
            session.Groups.AddRange(groups.Except(session.Groups.Select(group => group.GroupId)).Select(id => new SessionGroup { SessionId = session.Id, GroupId = id }).ToList());
        }

        (session.Name, session.Zone, session.Place, session.PlaceKey) = (schedule.Name, schedule.Zone, schedule.Place, schedule.PlaceKey);
        if (session.StartsAt != wanted.StartsAt || session.EndsAt != wanted.EndsAt || session.Rules != schedule.Rules)
        {
            (session.Rules, session.OriginalStart) = (schedule.Rules, wanted.StartsAt);
            session.SetTimes(wanted.StartsAt, wanted.EndsAt, wanted.Day);
        }
    }

    /// <summary>
    /// Deletes sessions that the schedule does not want any more. If something was recorded for one, for example that somebody is excused, it
    /// is cancelled instead, because events are kept.
    /// </summary>
    private async Task DropAsync(IReadOnlyList<Session> dropped, CancellationToken cancellationToken)
    {
        var ids = dropped.Select(each => each.Id).ToList();
        var recorded = await db.CheckInSessions.Where(link => ids.Contains(link.SessionId)).Select(link => link.SessionId).ToHashSetAsync(cancellationToken);
        foreach (var session in dropped)
        {
            if (recorded.Contains(session.Id))
            {
                session.SetState(SessionState.Cancelled);
            }
            else
            {
                db.Sessions.Remove(session);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Schedule {ScheduleId}: {Added} sessions made, {Dropped} dropped")]
    private partial void LogMade(Guid scheduleId, int added, int dropped);
}
