namespace Attendance.Web.Data;

/// <summary>An administrator's word that a person is kept, for example because of a dispute. Nothing of the person goes by its age meanwhile, and the person is not deleted.</summary>
internal sealed class PersonHold
{
    public const int ReasonLength = AuditEntry.ReasonLength;

    public Guid PersonId { get; init; }

    public required string Reason { get; init; }

    public required string SetBy { get; init; }

    public DateTime SetAt { get; init; }
}
