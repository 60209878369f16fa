namespace Attendance.Web.Data;

/// <summary>A key with which a program reads. The key itself is not stored, only its hash. A token that is revoked is deleted.</summary>
internal sealed class ApiToken
{
    public const int NameLength = 100, HashLength = 64, ScopesLength = 200;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>What the token is for, such as "payroll".</summary>
    public required string Name { get; init; }

    /// <summary>The SHA-256 of the token, in hexadecimal digits. A plain hash will do: the token has more than 230 random bits.</summary>
    public required string Hash { get; init; }

    /// <summary>What the token opens, such as <c>people:read</c>, separated by spaces.</summary>
    public required string Scopes { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>The id of the account that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it opens nothing any more. Null: until it is revoked.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>When it was last used, accurate to the hour.</summary>
    public DateTime? LastUsedAt { get; init; }
}
