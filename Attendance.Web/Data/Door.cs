namespace Attendance.Web.Data;

/// <summary>
/// A camera of the server that checks in whom it recognizes. Nobody reads a screen there, so nobody can be asked to show that they are there
/// themselves: a door marks people only while somebody watches it.
/// </summary>
internal sealed class Door
{
    public const int NameLength = 100, PlaceLength = Schedule.PlaceLength, CameraLength = 64;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Name { get; init; }

    /// <summary>The place whose sessions it serves.</summary>
    public required string Place { get; init; }

    /// <summary>The camera of the server. No other door has it.</summary>
    public required string CameraId { get; init; }

    /// <summary>Whether somebody watches the door, by an administrator's word. While nobody does, its camera is not borrowed.</summary>
    public bool IsWatched { get; set; }

    public DateTime CreatedAt { get; init; }
}
