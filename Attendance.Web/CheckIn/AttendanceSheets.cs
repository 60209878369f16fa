using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn;

/// <summary>A person in a session, with the mark and the events that it follows from.</summary>
internal sealed record SheetRow(Guid PersonId, string FullName, string Number, MarkResult Result, IReadOnlyList<CheckInEvent> Events);

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
        var near = await db.Sessions.AsNoTracking()
            .Where(session => (session.Day >= from && session.Day <= until) || (session.OpensAt <= now && now <= session.ClosesAt))
            .OrderBy(session => session.StartsAt).ThenBy(session => session.Id).ToListAsync(cancellationToken);
        return await ReadAsync(
            [.. near.Where(session => session.Day == Zones.DayOf(session.Zone, now) || (session.OpensAt <= now && now <= session.ClosesAt))], null, cancellationToken);
    }

    public async Task<Sheet?> ReadAsync(Guid sessionId, CancellationToken cancellationToken) =>
        await db.Sessions.AsNoTracking().SingleOrDefaultAsync(session => session.Id == sessionId, cancellationToken) is { } session
            ? (await ReadAsync([session], null, cancellationToken))[0]
            : null;

    /// <summary>Reads the sessions of a person that have begun, the latest first.</summary>
    public async Task<IReadOnlyList<HistoryRow>> HistoryAsync(Guid personId, int most, CancellationToken cancellationToken)
    {
        var now = Now;
        var expecting = ExpectedPeople.SessionsOf(db, personId);
        var sessions = await db.Sessions.AsNoTracking()
            .Where(session => session.State == SessionState.Planned && session.OpensAt <= now
                && (expecting.Contains(session.Id) || db.CheckIns.Any(each => each.PersonId == personId && each.Sessions.Any(link => link.SessionId == session.Id))))
            .OrderByDescending(session => session.StartsAt).ThenBy(session => session.Id).Take(most).ToListAsync(cancellationToken);
        var sheets = await ReadAsync(sessions, [personId], cancellationToken);
        return [.. sheets.SelectMany(sheet => sheet.Rows, (sheet, row) => new HistoryRow(sheet.Session, row.Result))];
    }

    /// <summary>Reads the sessions of these days that expect some of these people, with their groups, for these people only. It takes a constant number of queries.</summary>
    public async Task<IReadOnlyList<Sheet>> OfPeopleAsync(IReadOnlyList<Guid> people, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var expecting = ExpectedPeople.Of(db).Where(each => people.Contains(each.PersonId)).Select(each => each.SessionId);
        var sessions = await db.Sessions.AsNoTracking().Include(session => session.Groups)
            .Where(session => session.State == SessionState.Planned && session.Day >= first && session.Day <= last && expecting.Contains(session.Id)).ToListAsync(cancellationToken);
        return await ReadAsync(sessions, people, cancellationToken);
    }

    /// <summary>Reads several sessions together, by as many queries as one.</summary>
    /// <param name="sessions">The sessions to read.</param>
    /// <param name="only">The people to read them for, or null for everybody.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    public async Task<IReadOnlyList<Sheet>> ReadAsync(IReadOnlyList<Session> sessions, IReadOnlyList<Guid>? only, CancellationToken cancellationToken)
    {
        var ids = sessions.Select(session => session.Id).ToList();
        var expected = ExpectedPeople.Of(db).Where(each => ids.Contains(each.SessionId));
        var recorded = db.CheckIns.AsNoTracking().Include(each => each.Sessions).Where(each => each.Sessions.Any(link => ids.Contains(link.SessionId)));
        if (only is not null)
        {
            (expected, recorded) = (expected.Where(each => only.Contains(each.PersonId)), recorded.Where(each => only.Contains(each.PersonId)));
        }

        var events = await recorded.ToListAsync(cancellationToken);
        var people = (await expected.ToListAsync(cancellationToken)).ToLookup(each => each.SessionId);
        var others = await OthersAsync(events, people, cancellationToken);
        var now = Now;
        return [.. sessions.Select(session => new Sheet(session, Rows(session)))];

        List<SheetRow> Rows(Session session)
        {
            var own = events.Where(each => each.Sessions.Exists(link => link.SessionId == session.Id)).ToLookup(each => each.PersonId);
            var all = people[session.Id].Concat(own.Where(each => others.ContainsKey(each.Key)).Select(each => others[each.Key])).DistinctBy(each => each.PersonId);
            return
            [
                .. from person in all.OrderBy(each => each.SortKey, StringComparer.Ordinal).ThenBy(each => each.PersonId)
                   let happened = own[person.PersonId].OrderBy(each => each.At).ThenBy(each => each.RecordedAt).ThenBy(each => each.Id).ToList()
                   select new SheetRow(
                       person.PersonId, person.FullName, person.Number, Marks.Of(SessionTimes.Of(session), session.Rules, options.Value.Debounce, happened, now), happened),
            ];
        }
    }

    /// <summary>Reads who was recorded in a session that does not expect them, because it was moved for example.</summary>
    private async Task<Dictionary<Guid, Expected>> OthersAsync(
        List<CheckInEvent> events, ILookup<Guid, Expected> expected, CancellationToken cancellationToken)
    {
        var known = expected.SelectMany(each => each).Select(each => (each.SessionId, each.PersonId)).ToHashSet();
        var ids = events.SelectMany(each => each.Sessions, (each, link) => (link.SessionId, each.PersonId)).Where(each => !known.Contains(each))
            .Select(each => each.PersonId).Distinct().ToList();
        return ids.Count == 0
            ? []
            : await db.People.Where(person => ids.Contains(person.Id))
                .Select(person => new Expected { PersonId = person.Id, FullName = person.FullName, Number = person.Number, SortKey = person.SortKey }).ToDictionaryAsync(each => each.PersonId, cancellationToken);
    }
}
