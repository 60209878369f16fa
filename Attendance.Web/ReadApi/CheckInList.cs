using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.ReadApi;

/// <summary>A check-in, a roll call or a correction. Without its reason, and without the figures of a face.</summary>
internal sealed record CheckInItem
{
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    public required IReadOnlyList<Guid> SessionIds { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTime At { get; init; }

    /// <summary>When it was recorded: later, if a kiosk was without a network. The list is in this order.</summary>
    public required DateTime RecordedAt { get; init; }

    /// <summary><c>face</c>, <c>code</c>, <c>qr</c>, <c>roll_call</c> or <c>correction</c>.</summary>
    public required string Method { get; init; }

    public string? Place { get; init; }

    public string? KioskId { get; init; }

    /// <summary>The mark that a roll call or a correction states. Not there if it takes the one before back.</summary>
    public string? States { get; init; }
}

internal static class CheckInList
{
    public const string Name = "check-ins";

    public static Task<IResult> ListAsync(HttpContext context, AttendanceDb db, ListRequests lists, CancellationToken cancellationToken) => lists.AnswerAsync(
        context.Request, Name,
        request => db.ReadAsync(
            request, Filter(db, request).Select(each => new PageKey { At = each.RecordedAt, Id = each.Id }), deleted: null, cancellationToken),
        ids => Whole(db).Where(each => ids.Contains(each.Id)).ToDictionaryAsync(each => each.Id, Of, cancellationToken),
        _ => null);

    public static async Task<IResult> FindAsync(Guid id, AttendanceDb db, CancellationToken cancellationToken) =>
        await Whole(db).SingleOrDefaultAsync(each => each.Id == id, cancellationToken) is { } found
            ? ApiAnswer.Of(Of(found))
            : ApiProblems.NotFound();

    private static IQueryable<CheckInEvent> Filter(AttendanceDb db, ListRequest request)
    {
        IQueryable<CheckInEvent> all = db.CheckIns;
        if (request.Person is { } person)
        {
            all = all.Where(each => each.PersonId == person);
        }

        if (request.Session is { } session)
        {
            all = all.Where(each => each.Sessions.Any(link => link.SessionId == session));
        }

        if (request.Group is { } group)
        {
            all = all.Where(each => each.Sessions.Any(link => db.SessionGroups.Any(of => of.SessionId == link.SessionId && of.GroupId == group)));
        }

        if (request.From is { } from)
        {
            all = all.Where(each => each.At >= from);
        }

        return request.Until is { } until ? all.Where(each => each.At < until) : all;
    }

    private static IQueryable<CheckInEvent> Whole(AttendanceDb db) => db.CheckIns.AsNoTracking().Include(each => each.Sessions);

    private static CheckInItem Of(CheckInEvent each) => new()
    {
        Id = each.Id, PersonId = each.PersonId, SessionIds = [.. each.Sessions.Select(link => link.SessionId).Order()], At = each.At, RecordedAt = each.RecordedAt,
        Method = each.Method.Code(), Place = each.Place, KioskId = each.KioskId, States = each.States?.Code(),
    };
}
