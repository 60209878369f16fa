namespace Attendance.Web.Data;

/// <summary>How a check-in came about.</summary>
internal enum CheckInMethod
{
    /// <summary>The recognition accepted the face.</summary>
    Face,

    /// <summary>The person entered the personal code.</summary>
    Code,

    /// <summary>The person showed a QR code, on paper or on a phone.</summary>
    Qr,

    /// <summary>An operator called the roll.</summary>
    RollCall,

    /// <summary>Somebody corrected the mark, and gave a reason.</summary>
    Correction,
}

/// <summary>What a person's attendance of a session comes to. Derived from events by rules, and never stored as such.</summary>
internal enum Mark
{
    /// <summary>The session has not closed, and the person has not come yet.</summary>
    Pending,
    Present,
    Late,
    LeftEarly,
    Absent,
    Excused,
}

/// <summary>
/// A check-in: who, when, where and how. Events are only ever added; the database itself refuses to change one. They are deleted together
/// with their person.
/// </summary>
internal sealed class CheckInEvent
{
    public const int PlaceLength = Schedule.PlaceLength, KioskLength = 64, ReasonLength = 200, EvidenceLength = 1000;

    /// <summary>The id that the client made, so that a request that is sent again records nothing twice.</summary>
    public Guid Id { get; init; }

    public Guid PersonId { get; init; }

    /// <summary>When the person checked in, or when somebody stated the mark.</summary>
    public DateTime At { get; init; }

    /// <summary>When the event was recorded. Later than <see cref="At"/> if a kiosk was without a network.</summary>
    public DateTime RecordedAt { get; init; }

    public CheckInMethod Method { get; init; }

    public string? Place { get; init; }

    /// <summary>The kiosk at which the person checked in, or null.</summary>
    public string? KioskId { get; init; }

    /// <summary>The id of the account that recorded the event, or null for a kiosk.</summary>
    public string? AccountId { get; init; }

    /// <summary>
    /// What a roll call or a correction states. Null takes the statements of this method before it back. Always null for other methods.
    /// </summary>
    public Mark? States { get; init; }

    /// <summary>Why the mark was corrected. Always there for a correction.</summary>
    public string? Reason { get; init; }

    /// <summary>The numbers that the check-in was accepted by, as JSON. Never a picture or a template.</summary>
    public string? Evidence { get; init; }

    public List<CheckInSession> Sessions { get; } = [];
}

/// <summary>A session that a check-in counts for. One door may serve several at once.</summary>
internal sealed class CheckInSession
{
    public Guid EventId { get; init; }

    public Guid SessionId { get; init; }
}
