namespace Attendance.Web.Data;

/// <summary>A calendar of sessions that other programs subscribe to by a secret address: of a group, of a place, or of all.</summary>
internal sealed class CalendarFeed
{
    public const int HashLength = 64;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The hash of the token in its address. The token is not stored.</summary>
    public required string TokenHash { get; init; }

    /// <summary>The group whose sessions it has, or null.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>The place whose sessions it has, or null. Without a group and a place it has all.</summary>
    public string? Place { get; init; }

    public string? PlaceKey { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>The id of the account that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was last read, accurate to the hour.</summary>
    public DateTime? UsedAt { get; set; }
}
