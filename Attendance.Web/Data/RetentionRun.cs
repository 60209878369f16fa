namespace Attendance.Web.Data;

/// <summary>When data is deleted by its age next, and which process does so now. There is one row.</summary>
internal sealed class RetentionClock
{
    public const int TheOne = 1;

    public int Id { get; init; }

    public DateTime DueAt { get; init; }

    /// <summary>The run that is under way or was interrupted, or null.</summary>
    public Guid? RunId { get; init; }

    /// <summary>When that run began. What is old is judged by this time to the end of the run.</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>The account that asked for the run, or null if it was due.</summary>
    public string? StartedBy { get; init; }

    /// <summary>The process that runs it.</summary>
    public Guid? Owner { get; init; }

    /// <summary>Until when the process has it. Later, another one goes on with the run.</summary>
    public DateTime? OwnedUntil { get; init; }
}

/// <summary>What one run deleted of one kind of data. It names nobody.</summary>
internal sealed class RetentionRun
{
    public const int PurposeLength = 32;

    public Guid RunId { get; init; }

    public required string Purpose { get; init; }

    public DateTime StartedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public int Deleted { get; init; }

    /// <summary>How many were as old, and were passed over because their person is held.</summary>
    public int Held { get; init; }

    public string? StartedBy { get; init; }
}

/// <summary>
/// Lets the transaction in which it is written delete records that are otherwise only ever added. It is deleted in the same transaction, so
/// no other one ever sees it.
/// </summary>
internal sealed class RetentionPermit
{
    public required string Purpose { get; init; }

    /// <summary>Records of this time and later are not deleted all the same.</summary>
    public DateTime Before { get; init; }
}
