namespace Attendance.Web.Data;

/// <summary>Something that somebody changed: who, when, what and why. Entries are only ever added.</summary>
internal sealed class AuditEntry
{
    public const int ActionLength = 64, ReasonLength = 200, DetailLength = 500;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public DateTime At { get; init; }

    /// <summary>The id of the account that did it. Not its name, which is gone when the account is deleted.</summary>
    public required string AccountId { get; init; }

    /// <summary>What was done, such as <c>mark.corrected</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The person whom it is about, or null. The entry is deleted together with the person.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The id of the session, schedule, group or period that it is about, or null.</summary>
    public Guid? SubjectId { get; init; }

    public string? Reason { get; init; }

    /// <summary>What changed, in words without a person's name.</summary>
    public string? Detail { get; init; }
}
