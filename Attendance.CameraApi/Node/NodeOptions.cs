using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Node;

/// <summary>The machine, or the part of it, whose cameras this process owns.</summary>
internal sealed class NodeOptions
{
    /// <summary>The node's name. It is part of store keys and of the ledger, so it contains only characters that need no escaping there.</summary>
    [Required]
    [RegularExpression(Identifiers.NamePattern, ErrorMessage = "{0} must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit.")]
    public string Name { get; set; } = Identifiers.ToName(Environment.MachineName);

    /// <summary>
    /// The address at which other nodes reach this one. If null, it is the address on which the node listens, with this
    /// machine's name if it listens on all addresses.
    /// </summary>
    [RegularExpression("^https?://[^/?#]+/?$", ErrorMessage = "{0} must be http://<host>:<port> or https://<host>:<port>.")]
    public string? Address { get; set; }
}

[OptionsValidator]
internal sealed partial class NodeOptionsValidator : IValidateOptions<NodeOptions>;
