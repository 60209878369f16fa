using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.ReadApi;

/// <summary>The mark of a person in a session, as it is now. Marks are derived, and never stored.</summary>
internal sealed record MarkItem
{
    public required Guid SessionId { get; init; }

    public required Guid PersonId { get; init; }

    public required string PersonNumber { get; init; }

    /// <summary><c>present</c>, <c>late</c>, <c>left_early</c>, <c>absent</c>, <c>excused</c> or <c>pending</c>.</summary>
    public required string Mark { get; init; }

    public DateTime? FirstIn { get; init; }

    /// <summary>When the person left, where the rules look at leaving.</summary>
    public DateTime? LastOut { get; init; }

    /// <summary>How long the person has been there, where the rules look at leaving.</summary>
    public double? PresenceSeconds { get; init; }

    /// <summary><c>roll_call</c> or <c>correction</c>, if one stated the mark.</summary>
    public string? StatedBy { get; init; }
}

/// <summary>
/// Reads the marks of sessions that have opened, in the order of their start. A run that asks for changes has the sessions that were open since
/// then, and those that were changed or in which something was recorded: whole, because marks have no time of change.
/// </summary>
internal static class MarkList
{
    public const string Name = "marks";

    /// <summary>Sessions are read together for a page; how many people each has is not known before.</summary>
    private const int ItemsOfSession = 10, MostSessions = 50;

    public static async Task<IResult> ListAsync(
        HttpContext context, AttendanceDb db, AttendanceSheets sheets, ListRequests lists, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (request, problem) = lists.Read(context.Request, Name);
        if (request is null)
        {
            return problem!;
        }

        var count = Math.Clamp(request.Limit / ItemsOfSession, 1, MostSessions);
        var sessions = await Filter(db, request, clock.GetUtcNow().UtcDateTime).OrderBy(session => session.StartsAt).ThenBy(session => session.Id).Take(count + 1).ToListAsync(cancellationToken);
        var (near, hasMoreSessions) = (sessions.Take(count).ToList(), sessions.Count > count);
        var all = (await sheets.ReadAsync(near, SheetScope.Of(request.Person), cancellationToken))
            .SelectMany(sheet => sheet.Rows.OrderBy(row => row.PersonId), (sheet, row) => (sheet.Session, Row: row)).Where(each => IsAfter(each.Session, each.Row, request.Position)).ToList();
        var hasMore = all.Count > request.Limit || hasMoreSessions;
        var position = !hasMore ? request.Position.Again()
            : all.Count > request.Limit ? PositionAt(all[request.Limit - 1].Session, all[request.Limit - 1].Row.PersonId)
            : PositionAt(near[^1], null);
        return ApiAnswer.Of(new ListAnswer<MarkItem>([.. all.Take(request.Limit).Select(each => Of(each.Session, each.Row))], hasMore, lists.CursorOf(position)));

        ListPosition PositionAt(Session session, Guid? personId) => request.Position with { AfterAt = session.StartsAt, AfterId = session.Id, AfterPerson = personId };
    }

    public static async Task<IResult> FindAsync(Guid sessionId, Guid personId, AttendanceDb db, AttendanceSheets sheets, TimeProvider clock, CancellationToken cancellationToken)
    {
        var session = await Shown(db, clock.GetUtcNow().UtcDateTime).SingleOrDefaultAsync(each => each.Id == sessionId, cancellationToken);
        return session is not null && (await sheets.ReadAsync([session], SheetScope.Of(personId), cancellationToken))[0].Rows.SingleOrDefault() is { } row
            ? ApiAnswer.Of(Of(session, row))
            : ApiProblems.NotFound();
    }

    private static IQueryable<Session> Filter(AttendanceDb db, ListRequest request, DateTime now)
    {
        var sessions = SessionList.Filter(Shown(db, now), request);
        if (request.Session is { } only)
        {
            sessions = sessions.Where(session => session.Id == only);
        }

        if (request.Person is { } person)
        {
            var expecting = ExpectedPeople.SessionsOf(db, person);
            sessions = sessions.Where(session => expecting.Contains(session.Id) || db.CheckIns.Any(each => each.PersonId == person && each.Sessions.Any(link => link.SessionId == session.Id)));
        }

        if (request.Position.Since is { } since)
        {
            sessions = sessions.Where(session => session.ClosesAt >= since || session.ChangedAt >= since
                || db.CheckIns.Any(each => each.RecordedAt >= since && each.Sessions.Any(link => link.SessionId == session.Id)));
        }

        return request.Position switch
        {
            { AfterAt: { } at, AfterId: { } id, AfterPerson: null } => sessions.Where(session => session.StartsAt > at || (session.StartsAt == at && session.Id > id)),
            { AfterAt: { } at, AfterId: { } id } => sessions.Where(session => session.StartsAt > at || (session.StartsAt == at && session.Id >= id)), // others of this session follow
            _ => sessions,
        };
    }

    private static IQueryable<Session> Shown(AttendanceDb db, DateTime now) => db.Sessions.AsNoTracking().Where(session => session.State == SessionState.Planned && session.OpensAt <= now);

    private static bool IsAfter(Session session, SheetRow row, ListPosition position) =>
        session.Id != position.AfterId || position.AfterPerson is not { } person || row.PersonId.CompareTo(person) > 0;

    private static MarkItem Of(Session session, SheetRow row) => new()
    {
        SessionId = session.Id, PersonId = row.PersonId, PersonNumber = row.Number, Mark = row.Result.Mark.Code(), FirstIn = row.Result.FirstIn, LastOut = row.Result.LastOut,
        PresenceSeconds = session.Rules.WantsCheckOut ? row.Result.Presence.TotalSeconds : null, StatedBy = row.Result.StatedBy?.Code(),
    };
}
