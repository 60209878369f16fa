namespace Attendance.Web.Data;

/// <summary>A device that an administrator has put at a door. It may check people in there, and nothing else.</summary>
internal sealed class Kiosk
{
    public const int NameLength = 100, PlaceLength = Schedule.PlaceLength, CameraLength = 64, CodeHashLength = 64;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Name { get; set; }

    /// <summary>The place whose sessions it serves.</summary>
    public required string Place { get; set; }

    /// <summary>The camera of the server that it uses, or null for the camera of the device itself.</summary>
    public string? CameraId { get; set; }

    /// <summary>Whether somebody stands beside it, so that no proof of liveness is needed unless it always is.</summary>
    public bool IsStaffed { get; set; }

    /// <summary>The hash of the one-time code that sets up a device, or null if none is valid.</summary>
    public string? SetupCodeHash { get; set; }

    public DateTime? SetupCodeUntil { get; set; }

    /// <summary>Changes when a device is set up and when the kiosk is revoked, which ends the sign-in of the device before.</summary>
    public Guid Stamp { get; set; }

    public DateTime CreatedAt { get; init; }

    public DateTime? SetUpAt { get; set; }

    /// <summary>When its device was last heard of, accurate to the minute.</summary>
    public DateTime? SeenAt { get; set; }
}
