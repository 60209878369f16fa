using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Live;

/// <summary>How this node speaks WebRTC with those who publish or watch a camera.</summary>
internal sealed class LiveOptions
{
    public const string Section = "WebRtc";

    /// <summary>The first of the UDP ports that peers are spoken with; 0 for any free ones.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }

    /// <summary>How many UDP ports there are, from the first on. A peer takes one.</summary>
    [Range(1, 1000)]
    public int Ports { get; set; } = 16;

    /// <summary>The addresses at which peers reach this machine, if these are not its own, as behind NAT or in a container.</summary>
    public IList<string> Addresses { get; } = [];

    /// <summary>The STUN and TURN servers to use. None is needed where peers reach this machine by itself.</summary>
    public IList<IceServer> IceServers { get; } = [];

    /// <summary>The most cameras that are published at once at this node.</summary>
    [Range(0, 1000)]
    public int MaxPublishers { get; set; } = 8;

    /// <summary>The most viewers by WebRTC at once at this node, because each costs an encoder. 0 for none. Others get Motion JPEG.</summary>
    [Range(0, 1000)]
    public int MaxViewers { get; set; } = 8;

    /// <summary>The program that runs the process for WebRTC: Node.js 18 or newer.</summary>
    [Required]
    public string Node { get; set; } = "node";

    /// <summary>The memory, in MiB, that the process may use before it is ended and started anew.</summary>
    [Range(100, 100_000)]
    public int MaxMemory { get; set; } = 800;
}

internal sealed class IceServer
{
    public string Url { get; set; } = "";

    public string? UserName { get; set; }

    public string? Credential { get; set; }
}

internal sealed class LiveOptionsValidator : IValidateOptions<LiveOptions>
{
    private static readonly string[] s_schemes = ["stun:", "stuns:", "turn:", "turns:"];

    public ValidateOptionsResult Validate(string? name, LiveOptions options)
    {
        var failures = new List<string>();
        if (options.Port > 0 && options.Port + options.Ports - 1 > IPEndPoint.MaxPort)
        {
            failures.Add($"'{LiveOptions.Section}:Ports' is more than there are from port {options.Port} on.");
        }

        if (options.Ports < options.MaxPublishers + options.MaxViewers)
        {
            failures.Add($"'{LiveOptions.Section}:Ports' must not be less than '{LiveOptions.Section}:MaxPublishers' and '{LiveOptions.Section}:MaxViewers' together, because each peer takes a port.");
        }

        failures.AddRange(options.Addresses.Select((address, at) => (address, at)).Where(entry => !IPAddress.TryParse(entry.address, out _))
            .Select(entry => $"'{LiveOptions.Section}:Addresses:{entry.at}' must be an IP address."));
        failures.AddRange(options.IceServers.Select((server, at) => (server, at)).Where(entry => !s_schemes.Any(scheme => entry.server.Url.StartsWith(scheme, StringComparison.Ordinal)))
            .Select(entry => $"'{LiveOptions.Section}:IceServers:{entry.at}:Url' must begin with stun:, stuns:, turn: or turns:."));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
