using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn;

/// <summary>A person in a session, with the mark and the events that it follows from.</summary>
/// <param name="SortKey">What lists of people are sorted by.</param>
/// <param name="Events">What the mark follows from, without place, kiosk, account and evidence.</param>
internal sealed record SheetRow(Guid PersonId, string FullName, string Number, string SortKey, MarkResult Result, IReadOnlyList<CheckInEvent> Events);

/// <summary>Whom sheets are read for: everybody, some people, or those who were in a group while the session took place.</summary>
internal sealed record SheetScope(IReadOnlyList<Guid>? People = null, Guid? GroupId = null)
{
    public static SheetScope Everybody { get; } = new();

    public static SheetScope Of(Guid? personId) => personId is { } id ? new([id]) : Everybody;
}

/// <summary>A session with everybody whom it expects, and everybody who was recorded in it.</summary>
internal sealed record Sheet(Session Session, IReadOnlyList<SheetRow> Rows)
{
    public int Count(params Mark[] marks) => Rows.Count(row => marks.Contains(row.Result.Mark));
}

/// <summary>One session of one person.</summary>
internal sealed record HistoryRow(Session Session, MarkResult Result);

/// <summary>Reads who attended what. Marks are derived at every reading, from the events and the time.</summary>
internal sealed class AttendanceSheets(AttendanceDb db, IOptions<CheckInOptions> options, TimeProvider clock)
{
    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Reads the sessions of today, in each session's own zone, and those that are open now although they began earlier.</summary>
    public async Task<IReadOnlyList<Sheet>> TodayAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        var (from, until) = (DateOnly.FromDateTime(now).AddDays(-1), DateOnly.FromDateTime(now).AddDays(1)); // a zone is at most a day away
        var earliest = now - Session.LongestOpen;
        var near = await db.Sessions.AsNoTracking()
            .Where(session => (session.Day >= from && session.Day <= until) || (session.OpensAt > earliest && session.OpensAt <= now && now <= session.ClosesAt))
            .OrderBy(session => session.StartsAt).ThenBy(session => session.Id).ToListAsync(cancellationToken);
        return await ReadAsync(
            [.. near.Where(session => session.Day == Zones.DayOf(session.Zone, now) || (session.OpensAt <= now && now <= session.ClosesAt))], SheetScope.Everybody, cancellationToken);
    }

    public async Task<Sheet?> ReadAsync(Guid sessionId, CancellationToken cancellationToken) =>
        await db.Sessions.AsNoTracking().SingleOrDefaultAsync(session => session.Id == sessionId, cancellationToken) is { } session
            ? (await ReadAsync([session], SheetScope.Everybody, cancellationToken))[0]
            : null;

    /// <summary>Reads the sessions of a person that have begun, the latest first.</summary>
    public async Task<IReadOnlyList<HistoryRow>> HistoryAsync(Guid personId, int most, CancellationToken cancellationToken)
    {
        var now = Now;
        var involving = ExpectedPeople.SessionsInvolving(db, personId);
        var sessions = await db.Sessions.AsNoTracking()
            .Where(session => session.State == SessionState.Planned && session.OpensAt <= now && involving.Contains(session.Id))
            .OrderByDescending(session => session.StartsAt).ThenBy(session => session.Id).Take(most).ToListAsync(cancellationToken);
        var sheets = await ReadAsync(sessions, SheetScope.Of(personId), cancellationToken);
        return [.. sheets.SelectMany(sheet => sheet.Rows, (sheet, row) => new HistoryRow(sheet.Session, row.Result))];
    }

    /// <summary>Reads the sessions of these days that expect some of these people, with their groups, for these people only. It takes a constant number of queries.</summary>
    public async Task<IReadOnlyList<Sheet>> OfPeopleAsync(IReadOnlyList<Guid> people, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var expecting = ExpectedPeople.Of(db).Where(each => people.Contains(each.PersonId)).Select(each => each.SessionId);
        var sessions = await db.Sessions.AsNoTracking().Include(session => session.Groups)
            .Where(session => session.State == SessionState.Planned && session.Day >= first && session.Day <= last && expecting.Contains(session.Id)).ToListAsync(cancellationToken);
        return await ReadAsync(sessions, new(people), cancellationToken);
    }

    /// <summary>Reads sessions in three queries, however many people they have. Whoever reads a long time passes a part of it at a time.</summary>
    public async Task<IReadOnlyList<Sheet>> ReadAsync(IReadOnlyList<Session> sessions, SheetScope scope, CancellationToken cancellationToken)
    {
        var ids = sessions.Select(session => session.Id).ToList();
        var expected = ExpectedPeople.Of(db).Where(each => ids.Contains(each.SessionId));
        IQueryable<CheckInEvent> events = db.CheckIns;
        if (scope.People is { } some)
        {
            (expected, events) = (expected.Where(each => some.Contains(each.PersonId)), events.Where(each => some.Contains(each.PersonId)));
        }

        if (scope.GroupId is { } groupId)
        {
            expected = expected.Where(each => each.GroupId == groupId);
            events = events.Where(each => db.Memberships.Any(membership => membership.GroupId == groupId && membership.PersonId == each.PersonId));
        }

        var links = scope.People is null ? db.CheckInSessions.Where(link => ids.Contains(link.SessionId)) : LinksBetween(sessions);
        var recorded = (await Recorded(events, links).ToListAsync(cancellationToken)).ToLookup(each => (each.SessionId, each.Event.PersonId), each => each.Event);
        var people = (await expected.ToListAsync(cancellationToken)).ToLookup(each => each.SessionId);
        var others = scope.GroupId is null ? await OthersAsync(recorded, people, cancellationToken) : [];
        var strangers = recorded.Where(each => others.ContainsKey(each.Key.PersonId)).ToLookup(each => each.Key.SessionId, each => others[each.Key.PersonId]);
        var now = Now;
        return [.. sessions.Select(session => new Sheet(session, Rows(session)))];

        List<SheetRow> Rows(Session session) =>
        [
            .. from person in people[session.Id].Concat(strangers[session.Id]).DistinctBy(each => each.PersonId).OrderBy(each => each.SortKey, StringComparer.Ordinal).ThenBy(each => each.PersonId)
               let happened = recorded[(session.Id, person.PersonId)].OrderBy(each => each.At).ThenBy(each => each.RecordedAt).ThenBy(each => each.Id).ToList()
               select new SheetRow(
                   person.PersonId, person.FullName, person.Number, person.SortKey,
                   Marks.Of(SessionTimes.Of(session), session.Rules, options.Value.Debounce, happened, now), happened),
        ];
    }

    /// <summary>
    /// The links to all sessions of these days. For a few people, a database that were given the sessions would read what everybody did in them.
    /// </summary>
    private IQueryable<CheckInSession> LinksBetween(IReadOnlyList<Session> sessions)
    {
        var (first, last) = (sessions.Select(session => session.Day).DefaultIfEmpty().Min(), sessions.Select(session => session.Day).DefaultIfEmpty().Max());
        return
            from link in db.CheckInSessions
            join session in db.Sessions on link.SessionId equals session.Id
            where session.Day >= first && session.Day <= last
            select link;
    }

    /// <summary>What was recorded in sessions: of each event only what decides the mark, and why.</summary>
    private static IQueryable<RecordedEvent> Recorded(IQueryable<CheckInEvent> events, IQueryable<CheckInSession> links) =>
        from link in links
        join each in events on link.EventId equals each.Id
        select new RecordedEvent(link.SessionId, new CheckInEvent
        {
            Id = each.Id, PersonId = each.PersonId, At = each.At, RecordedAt = each.RecordedAt, Method = each.Method, States = each.States, Reason = each.Reason,
        });

    /// <summary>Reads who was recorded in a session that does not expect them, because it was moved for example.</summary>
    private async Task<Dictionary<Guid, Expected>> OthersAsync(
        ILookup<(Guid SessionId, Guid PersonId), CheckInEvent> recorded, ILookup<Guid, Expected> expected, CancellationToken cancellationToken)
    {
        var known = expected.SelectMany(each => each).Select(each => (each.SessionId, each.PersonId)).ToHashSet();
        var ids = recorded.Select(each => each.Key).Where(each => !known.Contains(each)).Select(each => each.PersonId).Distinct().ToList();
        return ids.Count == 0
            ? []
            : await db.People.Where(person => ids.Contains(person.Id))
                .Select(person => new Expected { PersonId = person.Id, FullName = person.FullName, Number = person.Number, SortKey = person.SortKey }).ToDictionaryAsync(each => each.PersonId, cancellationToken);
    }

    private sealed record RecordedEvent(Guid SessionId, CheckInEvent Event);
}
