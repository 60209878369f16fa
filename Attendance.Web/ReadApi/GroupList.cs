using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.ReadApi;

/// <summary>A group with everybody who is in it or was.</summary>
internal sealed record GroupItem
{
    public required Guid Id { get; init; }

    /// <summary>True for a group that was deleted. Then there is nothing else but the time of the deletion, in <see cref="ChangedAt"/>.</summary>
    public bool? Deleted { get; init; }

    public string? Name { get; init; }

    public IReadOnlyList<MembershipItem>? Members { get; init; }

    public DateTime? CreatedAt { get; init; }

    public required DateTime ChangedAt { get; init; }
}

/// <param name="Until">When the person left the group. Not there while the person is in it.</param>
internal sealed record MembershipItem(Guid PersonId, DateTime From, DateTime? Until);

internal static class GroupList
{
    public const string Name = "groups";

    public static Task<IResult> ListAsync(HttpContext context, AttendanceDb db, ListRequests lists, CancellationToken cancellationToken) => lists.AnswerAsync(
        context.Request, Name,
        request => db.ReadAsync(
            request, Filter(db.Groups, request).Select(group => new PageKey { At = group.ChangedAt, Id = group.Id }), DeletedKind.Group, cancellationToken),
        ids => Whole(db).Where(group => ids.Contains(group.Id)).ToDictionaryAsync(group => group.Id, Of, cancellationToken),
        key => new GroupItem { Id = key.Id, Deleted = true, ChangedAt = key.At });

    public static async Task<IResult> FindAsync(Guid id, AttendanceDb db, CancellationToken cancellationToken) =>
        await Whole(db).SingleOrDefaultAsync(group => group.Id == id, cancellationToken) is { } group
            ? ApiAnswer.Of(Of(group))
            : ApiProblems.NotFound();

    private static IQueryable<Group> Filter(IQueryable<Group> groups, ListRequest request) =>
        request.Person is { } person ? groups.Where(group => group.Memberships.Any(each => each.PersonId == person)) : groups;

    private static IQueryable<Group> Whole(AttendanceDb db) => db.Groups.AsNoTracking().Include(group => group.Memberships);

    private static GroupItem Of(Group group) => new()
    {
        Id = group.Id, Name = group.Name, CreatedAt = group.CreatedAt, ChangedAt = group.ChangedAt,
        Members = [.. group.Memberships.OrderBy(each => each.From).ThenBy(each => each.Id).Select(each => new MembershipItem(each.PersonId, each.From, each.Until))],
    };
}
