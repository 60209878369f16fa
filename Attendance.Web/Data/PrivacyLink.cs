namespace Attendance.Web.Data;

/// <summary>A link by which a person sees what is kept of them, without an account. A person has one at most.</summary>
internal sealed class PrivacyLink
{
    public const int CodeHashLength = 64;

    public Guid PersonId { get; init; }

    /// <summary>Identifies the link in the cookie of whoever has opened it.</summary>
    public Guid Id { get; init; } = Guid.NewGuid();

    public required string CodeHash { get; init; }

    public DateTime MadeAt { get; init; }

    public required string MadeBy { get; init; }

    public DateTime Until { get; init; }

    /// <summary>When it was opened first, or null.</summary>
    public DateTime? OpenedAt { get; init; }
}

/// <summary>A person's wish to be deleted. It goes with the person once it is carried out.</summary>
internal sealed class PrivacyRequest
{
    public const int ReasonLength = AuditEntry.ReasonLength;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid PersonId { get; init; }

    public DateTime AskedAt { get; init; }

    /// <summary>Until when it must be answered.</summary>
    public DateTime DueAt { get; init; }

    /// <summary>When it was refused, or null while it is open.</summary>
    public DateTime? RefusedAt { get; init; }

    public string? RefusedBy { get; init; }

    /// <summary>Why it was refused, for the person to read.</summary>
    public string? Reason { get; init; }
}
