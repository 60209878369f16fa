namespace Attendance.Web.Data;

/// <summary>
/// The rules that turn check-ins into marks. A session keeps a copy of its own, so that a later change of the schedule changes no mark
/// of the past.
/// </summary>
internal sealed record MarkRules
{
    /// <summary>How long before the start people may check in.</summary>
    public TimeSpan OpensBefore { get; init; }

    /// <summary>How long after the start an arrival still counts as in time.</summary>
    public TimeSpan LateAfter { get; init; }

    /// <summary>How long after the start an arrival still counts at all. Null: until the end.</summary>
    public TimeSpan? AbsentAfter { get; init; }

    /// <summary>How long before the end people may leave. Null: leaving is not looked at.</summary>
    public TimeSpan? LeftEarlyBefore { get; init; }

    /// <summary>How long a person must have been there. Null: any time counts.</summary>
    public TimeSpan? MinimumPresence { get; init; }

    /// <summary>How long after the end people may still check out. Used only by rules that look at leaving.</summary>
    public TimeSpan ClosesAfter { get; init; }

    /// <summary>Whether people check out as well: every other check-in of a session is then a leaving.</summary>
    public bool WantsCheckOut => LeftEarlyBefore is not null || MinimumPresence is not null;
}

/// <summary>Makes sessions: on which days, at what local time, for which groups, and by which rules.</summary>
internal sealed class Schedule
{
    public const int NameLength = 100, RecurrenceLength = 200, ZoneLength = 64, PlaceLength = 100, SourceLength = 200;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Name { get; set; }

    /// <summary>An RFC 5545 recurrence of whole days, such as <c>FREQ=WEEKLY;BYDAY=MO,WE</c>.</summary>
    public required string Recurrence { get; set; }

    /// <summary>The first day on which there may be a session (the DTSTART of the recurrence).</summary>
    public DateOnly FirstDay { get; set; }

    /// <summary>The local time at which a session starts.</summary>
    public TimeOnly StartsAt { get; set; }

    /// <summary>How much time passes between start and end, also in a night in which the clocks are changed.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>The IANA time zone of the site, such as <c>Europe/Vienna</c>.</summary>
    public required string Zone { get; set; }

    /// <summary>Where people check in, or null for anywhere.</summary>
    public string? Place { get; set; }

    public string? PlaceKey { get; set; }

    public required MarkRules Rules { get; set; }

    /// <summary>Whether there is no session on holidays.</summary>
    public bool SkipsHolidays { get; set; }

    /// <summary>Days of the recurrence on which there is no session, such as <c>2026-12-24 2026-12-31</c>, or null.</summary>
    public string? ExceptDays { get; set; }

    /// <summary>Days on which there is a session besides those of the recurrence, or null.</summary>
    public string? ExtraDays { get; set; }

    /// <summary>What the imported file calls the event (its UID), so that it can be imported again, or null.</summary>
    public string? Source { get; set; }

    public DateTime CreatedAt { get; init; }

    /// <summary>When the schedule was ended, or null. A schedule that has ended makes no more sessions; those of the past stay.</summary>
    public DateTime? EndedAt { get; set; }

    /// <summary>A concurrency token that changes with each edit.</summary>
    public Guid Stamp { get; set; }

    public List<ScheduleGroup> Groups { get; } = [];
}

internal sealed class ScheduleGroup
{
    public Guid ScheduleId { get; init; }

    public Guid GroupId { get; init; }
}

/// <summary>Days without sessions, from an iCalendar file or entered by hand.</summary>
internal sealed class Holiday
{
    public const int NameLength = 200, SourceLength = 200;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>What it is called, or empty if its file does not say so.</summary>
    public required string Name { get; set; }

    public DateOnly FirstDay { get; init; }

    /// <summary>The last day, which is a holiday as well.</summary>
    public DateOnly LastDay { get; set; }

    /// <summary>What the file calls the event (its UID). Together with the first day it is unique, so that a file can be imported again.</summary>
    public required string Source { get; init; }
}

/// <summary>Days whose check-ins and sessions nobody may change any more, for example because they were reported.</summary>
internal sealed class ClosedPeriod
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public DateOnly FirstDay { get; init; }

    public DateOnly LastDay { get; init; }

    public DateTime ClosedAt { get; init; }

    /// <summary>The id of the account that closed the period.</summary>
    public required string ClosedBy { get; init; }
}
