using System.Text.Json;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.ReadApi;

/// <summary>A session as programs read it.</summary>
internal sealed record SessionItem
{
    public required Guid Id { get; init; }

    /// <summary>True for a session that was deleted. Then there is nothing else but the time of the deletion, in <see cref="ChangedAt"/>.</summary>
    public bool? Deleted { get; init; }

    public string? Name { get; init; }

    /// <summary><c>planned</c> or <c>cancelled</c>.</summary>
    public string? State { get; init; }

    public Guid? ScheduleId { get; init; }

    public IReadOnlyList<Guid>? GroupIds { get; init; }

    /// <summary>The local day on which it starts.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The IANA time zone of the day.</summary>
    public string? Zone { get; init; }

    public string? Place { get; init; }

    public DateTime? StartsAt { get; init; }

    public DateTime? EndsAt { get; init; }

    /// <summary>From when, and until when, people may check in.</summary>
    public DateTime? OpensAt { get; init; }

    public DateTime? ClosesAt { get; init; }

    public required DateTime ChangedAt { get; init; }
}

internal static class SessionList
{
    public const string Name = "sessions";

    public static Task<IResult> ListAsync(HttpContext context, AttendanceDb db, ListRequests lists, CancellationToken cancellationToken) => lists.AnswerAsync(
        context.Request, Name,
        request => db.ReadAsync(
            request, Filter(db.Sessions, request).Select(session => new PageKey { At = session.ChangedAt, Id = session.Id }), DeletedKind.Session, cancellationToken),
        ids => Whole(db).Where(session => ids.Contains(session.Id)).ToDictionaryAsync(session => session.Id, Of, cancellationToken),
        key => new SessionItem { Id = key.Id, Deleted = true, ChangedAt = key.At });

    public static async Task<IResult> FindAsync(Guid id, AttendanceDb db, CancellationToken cancellationToken) =>
        await Whole(db).SingleOrDefaultAsync(session => session.Id == id, cancellationToken) is { } session
            ? ApiAnswer.Of(Of(session))
            : ApiProblems.NotFound();

    /// <summary>Filters by group, and by the time at which sessions start.</summary>
    public static IQueryable<Session> Filter(IQueryable<Session> sessions, ListRequest request)
    {
        if (request.Group is { } group)
        {
            sessions = sessions.Where(session => session.Groups.Any(each => each.GroupId == group));
        }

        if (request.From is { } from)
        {
            sessions = sessions.Where(session => session.StartsAt >= from);
        }

        return request.Until is { } until ? sessions.Where(session => session.StartsAt < until) : sessions;
    }

    private static IQueryable<Session> Whole(AttendanceDb db) => db.Sessions.AsNoTracking().Include(session => session.Groups);

    private static SessionItem Of(Session session) => new()
    {
        Id = session.Id, Name = session.Name, State = JsonNamingPolicy.SnakeCaseLower.ConvertName(session.State.ToString()), ScheduleId = session.ScheduleId,
        GroupIds = [.. session.Groups.Select(each => each.GroupId).Order()], Day = session.Day, Zone = session.Zone, Place = session.Place, StartsAt = session.StartsAt,
        EndsAt = session.EndsAt, OpensAt = session.OpensAt, ClosesAt = session.ClosesAt, ChangedAt = session.ChangedAt,
    };
}
