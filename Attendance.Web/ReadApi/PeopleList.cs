using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.ReadApi;

/// <summary>A person as programs read them. Without pictures, templates, codes and consent.</summary>
internal sealed record PersonItem
{
    public required Guid Id { get; init; }

    /// <summary>True for a person who was deleted. Then there is nothing else but the time of the deletion, in <see cref="ChangedAt"/>.</summary>
    public bool? Deleted { get; init; }

    public string? Number { get; init; }

    public string? FullName { get; init; }

    /// <summary>The group text of the person's form. It has nothing to do with the groups of attendance.</summary>
    public string? Group { get; init; }

    public DateTime? CreatedAt { get; init; }

    public required DateTime ChangedAt { get; init; }
}

internal static class PeopleList
{
    public const string Name = "people";

    public static Task<IResult> ListAsync(HttpContext context, AttendanceDb db, ListRequests lists, CancellationToken cancellationToken) => lists.AnswerAsync(
        context.Request, Name,
        request => db.ReadAsync(request, Keys(db, request), DeletedKind.Person, cancellationToken),
        ids => Items(db.People.Where(person => ids.Contains(person.Id))).ToDictionaryAsync(person => person.Id, cancellationToken),
        key => new PersonItem { Id = key.Id, Deleted = true, ChangedAt = key.At });

    public static async Task<IResult> FindAsync(Guid id, AttendanceDb db, CancellationToken cancellationToken) =>
        await Items(db.People.Where(person => person.Id == id)).SingleOrDefaultAsync(cancellationToken) is { } person ? ApiAnswer.Of(person) : ApiProblems.NotFound();

    /// <summary>Who joins a group has changed for whoever reads that group's people.</summary>
    private static IQueryable<PageKey> Keys(AttendanceDb db, ListRequest request) => request.Group is { } group
        ? from membership in db.Memberships
          where membership.GroupId == @group && membership.Until == null
          join person in db.People on membership.PersonId equals person.Id
          select new PageKey { At = person.ChangedAt > membership.From ? person.ChangedAt : membership.From, Id = person.Id }
        : db.People.Select(person => new PageKey { At = person.ChangedAt, Id = person.Id });

    private static IQueryable<PersonItem> Items(IQueryable<Person> people) => people.Select(person => new PersonItem
    {
        Id = person.Id, Number = person.Number, FullName = person.FullName, Group = person.Group, CreatedAt = person.CreatedAt, ChangedAt = person.ChangedAt,
    });
}
