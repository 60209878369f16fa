namespace Attendance.Web.Data;

internal enum DeletedKind
{
    Person,
    Group,
    Session,
}

/// <summary>Remembers for a while that something was deleted, by its id and nothing else, so that programs that read copies delete theirs.</summary>
internal sealed class Deletion
{
    /// <summary>The id of what was deleted.</summary>
    public Guid Id { get; init; }

    public DeletedKind Kind { get; init; }

    public DateTime At { get; init; }
}
