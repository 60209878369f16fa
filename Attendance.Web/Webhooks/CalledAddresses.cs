using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Webhooks;

/// <summary>
/// Says which addresses this server calls because somebody entered them on a page. It must not become a way into the network behind it, so
/// only public addresses are called unless the configuration allows private ones. Link-local ones, where clouds keep secrets, never are.
/// </summary>
internal sealed class CalledAddresses(IOptions<DispatchOptions> options)
{
    private static readonly IPNetwork[] s_private =
        [.. new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "::1/128" }.Select(IPNetwork.Parse)];

    /// <summary>Unspecified, link-local, protocol assignments, documentation, benchmarks, multicast, reserved; and IPv6 that leads to IPv4 by translation.</summary>
    private static readonly IPNetwork[] s_never =
    [
        .. new[]
        {
            "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "2001:db8::/32",
        }.Select(IPNetwork.Parse),
    ];

    public bool MayCall(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            && !s_never.Any(network => network.Contains(plain))
            && (options.Value.PrivateAddresses || !s_private.Any(network => network.Contains(plain)));
    }
}
