namespace Attendance.Web.Data;

internal enum ImportKind
{
    People,
    Pictures,
    Timetable,
}

internal enum ImportState
{
    /// <summary>The file was read. The operator has to say what its columns mean.</summary>
    Draft,

    /// <summary>A worker compares the file with what there is.</summary>
    Checking,

    /// <summary>The operator has to look at what would change, and to confirm it.</summary>
    Waiting,

    /// <summary>A worker applies what was confirmed.</summary>
    Applying,

    Done,

    Cancelled,
}

/// <summary>What an item of an import comes to, in the dry run and when it is applied.</summary>
internal enum ImportVerdict
{
    Unchecked,
    New,
    Changed,
    Unchanged,

    /// <summary>Somebody is missing from a whole roster, so their membership ends.</summary>
    Leaving,

    /// <summary>The item is not applied. Its content says why.</summary>
    Refused,
}

/// <summary>
/// People, pictures or a timetable that an administrator brings in. Its content is in <see cref="ImportSource"/> and <see cref="ImportItem"/>
/// and does not outlive it. What stays here are counts.
/// </summary>
internal sealed class ImportRun
{
    public const int ProblemLength = 500;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public ImportKind Kind { get; init; }

    public ImportState State { get; set; }

    public DateTime CreatedAt { get; init; }

    /// <summary>The id of the account that brought the file.</summary>
    public required string CreatedBy { get; init; }

    public DateTime? EndedAt { get; set; }

    /// <summary>What the operator has chosen, as JSON of the kind of import. Null once the import has ended.</summary>
    public string? Settings { get; set; }

    /// <summary>Why the file could not be read as the operator has said, or null.</summary>
    public string? Problem { get; set; }

    /// <summary>How many items there are, and how many of them the worker has looked at in this state.</summary>
    public int Items { get; set; }

    public int Handled { get; set; }

    public int New { get; set; }

    public int Changed { get; set; }

    public int Unchanged { get; set; }

    public int Leaving { get; set; }

    public int Refused { get; set; }

    /// <summary>The worker that has claimed the import, or null. It is a random id for each process.</summary>
    public Guid? ClaimedBy { get; set; }

    /// <summary>When the claim expires unless it is renewed, because its process may have been killed.</summary>
    public DateTime? ClaimedUntil { get; set; }
}

/// <summary>The file of an import, encrypted for this import only.</summary>
internal sealed class ImportSource
{
    public Guid ImportId { get; init; }

    public required byte[] Sealed { get; init; }
}

/// <summary>
/// One thing that an import would do. It is deleted in the transaction that applies it; refused ones stay, for the operator to read, until
/// the import is deleted.
/// </summary>
internal sealed class ImportItem
{
    public Guid ImportId { get; init; }

    /// <summary>The order in which items are applied. For a row of a file it is the number of the row.</summary>
    public int Position { get; init; }

    public ImportVerdict Verdict { get; set; }

    /// <summary>The person whom it is about, if there is one already. The item is deleted together with the person.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>What it says, as JSON, encrypted for this item only.</summary>
    public required byte[] Sealed { get; set; }

    /// <summary>A picture of the person, encrypted for this item only, or null.</summary>
    public byte[]? SealedPicture { get; set; }
}
