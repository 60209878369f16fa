namespace Attendance.Web.Data;

/// <summary>A phone that shows a person's QR code, or the one-time code by which it will. It is deleted with the person.</summary>
internal sealed class Phone
{
    public const int CodeHashLength = 64;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid PersonId { get; init; }

    public DateTime IssuedAt { get; init; }

    /// <summary>The hash of the one-time code, or null once a phone was set up by it.</summary>
    public string? SetupCodeHash { get; set; }

    public DateTime? SetupCodeUntil { get; set; }

    /// <summary>When a phone was set up, or null if none was yet.</summary>
    public DateTime? SetUpAt { get; set; }

    /// <summary>When it last showed a code, accurate to the hour.</summary>
    public DateTime? SeenAt { get; set; }
}
