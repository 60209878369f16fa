using Attendance.Web.Data;

namespace Attendance.Web.CheckIn;

/// <summary>A person whom a session expects. Not positional, because queries go on to filter by its members.</summary>
internal sealed record Expected
{
    public Guid SessionId { get; init; }

    /// <summary>The group by which the person is expected.</summary>
    public Guid GroupId { get; init; }

    public required Guid PersonId { get; init; }

    public required string FullName { get; init; }

    public required string Number { get; init; }

    public required string SortKey { get; init; }
}

internal static class ExpectedPeople
{
    /// <summary>
    /// Whom sessions expect: everybody who was in one of their groups while they took place. Somebody in two of these groups is listed twice.
    /// </summary>
    public static IQueryable<Expected> Of(AttendanceDb db) =>
        from link in db.SessionGroups
        join session in db.Sessions on link.SessionId equals session.Id
        join membership in db.Memberships on link.GroupId equals membership.GroupId
        where membership.From < session.EndsAt && (membership.Until == null || membership.Until > session.StartsAt)
        join person in db.People on membership.PersonId equals person.Id
        select new Expected { SessionId = session.Id, GroupId = link.GroupId, PersonId = person.Id, FullName = person.FullName, Number = person.Number, SortKey = person.SortKey };

    /// <summary>The ids of the sessions that expect a person.</summary>
    public static IQueryable<Guid> SessionsOf(AttendanceDb db, Guid personId) => (
        from link in db.SessionGroups
        join session in db.Sessions on link.SessionId equals session.Id
        join membership in db.Memberships on link.GroupId equals membership.GroupId
        where membership.PersonId == personId && membership.From < session.EndsAt && (membership.Until == null || membership.Until > session.StartsAt)
        select session.Id).Distinct();

    /// <summary>The ids of the sessions that expect a person, and of those in which one was recorded who is not expected.</summary>
    public static IQueryable<Guid> SessionsInvolving(AttendanceDb db, Guid personId) => SessionsOf(db, personId).Union(
        from each in db.CheckIns
        where each.PersonId == personId
        join link in db.CheckInSessions on each.Id equals link.EventId
        select link.SessionId);
}
