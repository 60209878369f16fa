using System.Net;
using Attendance.CameraApi.Node;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cluster;

/// <summary>The address at which other nodes reach this one.</summary>
internal sealed class NodeAddress(IOptions<NodeOptions> options, IHostApplicationLifetime lifetime, IServiceProvider services)
{
    private static readonly string[] s_anyHost = ["+", "*", "0.0.0.0", "[::]"];

    /// <summary>The address, or null until this node listens: a process whose connection is refused there takes this node for dead.</summary>
    public Uri? Value => !lifetime.ApplicationStarted.IsCancellationRequested ? null
        : options.Value.Address is { } configured ? new Uri(configured) : Listening;

    private Uri? Listening => services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses
        .Select(BindingAddress.Parse)
        .OrderBy(address => address.Scheme, StringComparer.Ordinal) // http before https: between nodes there may be no certificate to trust
        .Select(address => new UriBuilder(address.Scheme, s_anyHost.Contains(address.Host) ? Dns.GetHostName() : address.Host, address.Port).Uri)
        .FirstOrDefault();
}
