using System.ComponentModel.DataAnnotations;
using Attendance.Web.Faces;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Doors;

/// <summary>How the cameras at doors are looked at.</summary>
internal sealed class DoorOptions
{
    public const string Section = "Doors";

    /// <summary>How many frames of a door are looked at in a second, at most.</summary>
    [Range(1, 15)]
    public int FramesPerSecond { get; set; } = 5;

    /// <summary>How often to look for doors that an administrator has changed, and for sessions that have opened or closed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a lease of a door's camera lasts unless it is renewed. If Web is killed, the camera is free after this time.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:01:00")]
    public TimeSpan LeaseLasts { get; set; } = TimeSpan.FromSeconds(10);
}

internal sealed class DoorOptionsValidator : IValidateOptions<DoorOptions>
{
    public ValidateOptionsResult Validate(string? name, DoorOptions options) =>
        AnnotatedOptions.Failures(options, DoorOptions.Section) is { Count: > 0 } failures ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
}
