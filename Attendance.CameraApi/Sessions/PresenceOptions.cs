using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Sessions;

internal sealed class PresenceOptions
{
    /// <summary>How long a socket may be silent before it is pinged. It is less than the minute after which a proxy considers a
    /// quiet connection dead.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:20")]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a socket may be silent before it counts as lost. Must be longer than <see cref="PingInterval"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:01:00")]
    public TimeSpan PongTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the leases of a session are kept after its socket was lost, so that the session can come back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);
}

[OptionsValidator]
internal sealed partial class PresenceOptionsValidator : IValidateOptions<PresenceOptions>;

internal sealed class PresenceTimesValidator : IValidateOptions<PresenceOptions>
{
    public ValidateOptionsResult Validate(string? name, PresenceOptions options) =>
        options.PongTimeout > options.PingInterval
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("'Presence:PongTimeout' must be longer than 'Presence:PingInterval': an answer comes after the question.");
}
