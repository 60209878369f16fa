using System.Runtime.CompilerServices;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Reports;

/// <summary>What a report is of: sessions of these days that take place and have opened, for everybody, a group, or one person.</summary>
internal sealed record ReportScope(ReportRange Range, Guid? GroupId = null, Guid? PersonId = null)
{
    public SheetScope People => SheetScope.Of(PersonId) with { GroupId = GroupId };
}

/// <summary>
/// Reads the sheets of a report, day after day. It has the events of at most <see cref="Batch"/> sessions in memory, and asks three queries for these,
/// however many people they have.
/// </summary>
internal sealed class ReportReader(AttendanceDb db, AttendanceSheets sheets, TimeProvider clock)
{
    /// <summary>How many sessions are read together. Those of one person have one row each, so they can be more.</summary>
    private const int Batch = 64, BatchOfPerson = 512;

    public async IAsyncEnumerable<Sheet> SheetsAsync(ReportScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = scope.PersonId is null ? Batch : BatchOfPerson;
        var days = await Sessions(scope).GroupBy(session => session.Day).Select(day => new { Day = day.Key, Sessions = day.Count() })
            .OrderBy(day => day.Day).ToListAsync(cancellationToken);
        foreach (var (first, last) in Pack([.. days.Select(day => (day.Day, day.Sessions))], batch))
        {
            var sessions = await Ordered(Sessions(scope).Where(session => session.Day >= first && session.Day <= last)).ToListAsync(cancellationToken);
            foreach (var part in sessions.Chunk(batch))
            {
                foreach (var sheet in await sheets.ReadAsync(part, scope.People, cancellationToken))
                {
                    yield return sheet;
                }
            }
        }
    }

    /// <summary>Reads one page of the sessions, by start or by name.</summary>
    public async Task<IReadOnlyList<Sheet>> PageAsync(ReportScope scope, bool byName, int skip, int take, CancellationToken cancellationToken)
    {
        var sessions = byName ? Sessions(scope).OrderBy(session => session.Name).ThenBy(session => session.StartsAt).ThenBy(session => session.Id) : Ordered(Sessions(scope));
        var shown = new List<Sheet>();
        foreach (var part in (await sessions.Skip(skip).Take(take).ToListAsync(cancellationToken)).Chunk(Batch))
        {
            shown.AddRange(await sheets.ReadAsync(part, scope.People, cancellationToken));
        }

        return shown;
    }

    public async Task<IReadOnlyList<Sheet>> ReadAsync(ReportScope scope, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var sessions = await db.Sessions.AsNoTracking().Where(session => ids.Contains(session.Id)).ToListAsync(cancellationToken);
        return await sheets.ReadAsync(sessions, scope.People, cancellationToken);
    }

    public Task<int> CountAsync(ReportScope scope, CancellationToken cancellationToken) => Sessions(scope).CountAsync(cancellationToken);

    /// <summary>How many people and sessions the raw list of a report has, without those who were recorded where they are not expected.</summary>
    public Task<int> CountExpectedAsync(ReportScope scope, CancellationToken cancellationToken) => (
        from each in ExpectedPeople.Of(db)
        join session in Sessions(scope) on each.SessionId equals session.Id
        where (scope.GroupId == null || each.GroupId == scope.GroupId) && (scope.PersonId == null || each.PersonId == scope.PersonId)
        select each.PersonId).CountAsync(cancellationToken);

    private IQueryable<Session> Sessions(ReportScope scope)
    {
        var (from, until, now) = (scope.Range.From, scope.Range.Until, clock.GetUtcNow().UtcDateTime);
        var sessions = db.Sessions.AsNoTracking()
            .Where(session => session.State == SessionState.Planned && session.Day >= from && session.Day <= until && session.OpensAt <= now);
        if (scope.GroupId is { } groupId)
        {
            var ofGroup = db.SessionGroups.Where(link => link.GroupId == groupId).Select(link => link.SessionId);
            sessions = sessions.Where(session => ofGroup.Contains(session.Id));
        }

        if (scope.PersonId is { } personId)
        {
            var involving = ExpectedPeople.SessionsInvolving(db, personId);
            sessions = sessions.Where(session => involving.Contains(session.Id));
        }

        return sessions;
    }

    private static IOrderedQueryable<Session> Ordered(IQueryable<Session> sessions) =>
        sessions.OrderBy(session => session.Day).ThenBy(session => session.StartsAt).ThenBy(session => session.Id);

    /// <summary>Puts days together until they have as many sessions as are read at a time. A day is never divided.</summary>
    private static IEnumerable<(DateOnly First, DateOnly Last)> Pack(IReadOnlyList<(DateOnly Day, int Sessions)> days, int most)
    {
        for (var i = 0; i < days.Count;)
        {
            var (first, last, sessions) = (days[i].Day, days[i].Day, days[i].Sessions);
            for (i++; i < days.Count && sessions + days[i].Sessions <= most; i++)
            {
                (last, sessions) = (days[i].Day, sessions + days[i].Sessions);
            }

            yield return (first, last);
        }
    }
}
