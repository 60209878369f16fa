namespace Attendance.Web.Data;

internal enum SessionState
{
    Planned,

    /// <summary>The session does not take place. Nobody is marked in it.</summary>
    Cancelled,
}

/// <summary>One occurrence of a schedule, or a single event made by hand, in which people check in.</summary>
internal sealed class Session
{
    /// <summary>Longer than people may check in to any session: it lasts a day at most, and it opens and closes half a day around that at most. Queries narrow by it.</summary>
    public static readonly TimeSpan LongestOpen = TimeSpan.FromDays(3);

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The schedule that made the session, or null for a single one.</summary>
    public Guid? ScheduleId { get; init; }

    /// <summary>
    /// The local day on which the schedule would have it start, or on which a single one was planned to. It identifies the session in its
    /// schedule, also after it was moved: a schedule starts at most one session a day.
    /// </summary>
    public DateOnly OriginalDay { get; init; }

    /// <summary>When the schedule would have it start.</summary>
    public DateTime OriginalStart { get; set; }

    public required string Name { get; set; }

    public DateTime StartsAt { get; set; }

    public DateTime EndsAt { get; set; }

    /// <summary>From when people may check in.</summary>
    public DateTime OpensAt { get; set; }

    /// <summary>Until when people may check in, or check out.</summary>
    public DateTime ClosesAt { get; set; }

    /// <summary>The local day on which the session starts. Periods are closed by it.</summary>
    public DateOnly Day { get; set; }

    public required string Zone { get; set; }

    public string? Place { get; set; }

    public string? PlaceKey { get; set; }

    public required MarkRules Rules { get; set; }

    public SessionState State { get; set; }

    /// <summary>Whether somebody has moved the session. The schedule does not change it any more.</summary>
    public bool IsMoved { get; set; }

    /// <summary>When the session or its groups were last changed. <see cref="ChangeTimes"/> sets it.</summary>
    public DateTime ChangedAt { get; private set; }

    /// <summary>When it was dealt with that the session has closed: webhooks are told once. Null before.</summary>
    public DateTime? ClosedToldAt { get; private set; }

    /// <summary>A concurrency token that changes with each edit.</summary>
    public Guid Stamp { get; set; }

    /// <summary>How often the session was moved, cancelled or restored, for calendars that have an earlier version of it.</summary>
    public int Sequence { get; set; }

    public List<SessionGroup> Groups { get; } = [];

    /// <summary>Sets the times, and the window for check-in that follows from them and from the rules.</summary>
    public void SetTimes(DateTime startsAt, DateTime endsAt, DateOnly day)
    {
        (StartsAt, EndsAt, Day) = (startsAt, endsAt, day);
        OpensAt = startsAt - Rules.OpensBefore;
        ClosesAt = Rules.WantsCheckOut ? endsAt + Rules.ClosesAfter : endsAt;
        ClosedToldAt = null;
        Revise();
    }

    public void SetState(SessionState state)
    {
        State = state;
        Revise();
    }

    private void Revise() => (Stamp, Sequence) = (Guid.NewGuid(), Sequence + 1);
}

internal sealed class SessionGroup
{
    public Guid SessionId { get; init; }

    public Guid GroupId { get; init; }
}
