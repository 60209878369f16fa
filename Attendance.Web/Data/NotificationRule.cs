namespace Attendance.Web.Data;

/// <summary>What contacts are told of.</summary>
internal enum RuleTrigger
{
    /// <summary>The person is absent when the session has closed.</summary>
    Absent,

    /// <summary>The person has not come some minutes after the session started.</summary>
    NotCome,

    /// <summary>The person was late a number of times within a period.</summary>
    LateTimes,

    LeftEarly,

    /// <summary>The person was absent from a number of sessions in a row.</summary>
    AbsentInRow,
}

internal enum CountPeriod
{
    Month,
    ThirtyDays,
}

internal enum DigestKind
{
    AtOnce,
    Daily,
    Weekly,
}

/// <summary>Says who is told of what, and when. What a rule looks at never changes: a rule that looks at something else is another one.</summary>
internal sealed class NotificationRule
{
    public const int AddressesLength = 1000;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The group whose sessions and people the rule is for, or null for all.</summary>
    public Guid? GroupId { get; init; }

    public RuleTrigger Trigger { get; init; }

    /// <summary>For <see cref="RuleTrigger.NotCome"/>: how long after the start.</summary>
    public int? Minutes { get; init; }

    /// <summary>For the triggers that count: how often.</summary>
    public int? Times { get; init; }

    /// <summary>For <see cref="RuleTrigger.LateTimes"/>.</summary>
    public CountPeriod Period { get; init; }

    public bool ToGuardians { get; set; }

    public bool ToManagers { get; set; }

    /// <summary>Fixed addresses, such as that of the office, separated by commas.</summary>
    public string? Addresses { get; set; }

    public DigestKind Digest { get; set; }

    /// <summary>The local time at which a digest is sent.</summary>
    public TimeOnly? SendAt { get; set; }

    /// <summary>The day on which a weekly digest is sent.</summary>
    public DayOfWeek? SendOn { get; set; }

    /// <summary>From when nothing is sent, by the clock of the session's site. Null, as <see cref="QuietUntil"/>, if there are no quiet hours.</summary>
    public TimeOnly? QuietFrom { get; set; }

    public TimeOnly? QuietUntil { get; set; }

    /// <summary>What happened before is not told of.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>Whether the rule is about one session, so that a correction of its mark takes back what was told.</summary>
    public bool IsOfOneSession => Trigger is RuleTrigger.Absent or RuleTrigger.NotCome or RuleTrigger.LeftEarly;

    /// <summary>Returns when the rule looks at a session.</summary>
    public DateTime MomentIn(Session session) => Trigger == RuleTrigger.NotCome ? session.StartsAt.AddMinutes(Minutes ?? 0) : session.ClosesAt;

    /// <summary>Returns whether both look at the same thing.</summary>
    public bool LooksAtSame(NotificationRule other) =>
        (GroupId, Trigger, Minutes, Times, Period) == (other.GroupId, other.Trigger, other.Minutes, other.Times, other.Period);
}
