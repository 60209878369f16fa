using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Node;

/// <summary>The machine, or the part of it, whose cameras this process owns.</summary>
internal sealed partial class NodeOptions
{
    /// <summary>The node's name. It is part of store keys and of the ledger, so it contains only characters that need no escaping there.</summary>
    [Required]
    [RegularExpression(IdFormats.NamePattern, ErrorMessage = "{0} " + IdFormats.NameRule)]
    public string Name { get; set; } = NameOfMachine();

    /// <summary>
    /// The address at which other nodes reach this one. If null, it is the address on which the node listens, with this
    /// machine's name if it listens on all addresses.
    /// </summary>
    [RegularExpression("^https?://[^/?#]+/?$", ErrorMessage = "{0} must be http://<host>:<port> or https://<host>:<port>.")]
    public string? Address { get; set; }

    private static string NameOfMachine()
    {
        var name = NotInName().Replace(Environment.MachineName, "-").TrimStart('.', '_', '-');
        return name.Length switch { 0 => "node", > IdFormats.MaxName => name[..IdFormats.MaxName], _ => name };
    }

    [GeneratedRegex("[^A-Za-z0-9._-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInName();
}

[OptionsValidator]
internal sealed partial class NodeOptionsValidator : IValidateOptions<NodeOptions>;
