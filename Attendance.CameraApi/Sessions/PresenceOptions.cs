using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Sessions;

internal sealed class PresenceOptions
{
    /// <summary>A socket that has been silent for so long is asked for a sign of life. Below the minute after which a proxy
    /// takes a quiet connection for a dead one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:20")]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A socket that has been silent for so long is lost. Longer than <see cref="PingInterval"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:01:00")]
    public TimeSpan PongTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a session whose socket was lost may take to come back to its leases.</summary>
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
