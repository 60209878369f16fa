using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Bounds what a client may cost the server before it is known who it is. Without a bound, connections that send nothing use up
/// the process's descriptors: then it can neither accept nor open anything, and ends.
/// </summary>
public static class ServerLimits
{
    /// <summary>Clients of ours close an unused connection before the server does, so that none is used while it is closed.</summary>
    public static readonly TimeSpan UnusedConnection = TimeSpan.FromSeconds(20);

    private const int Most = 4096, Fewest = 16;

    /// <summary>WebSockets that have left <see cref="OpenSockets"/> and are not gone yet.</summary>
    private const int Ending = 16;

    /// <summary>For the rest of the process: the runtime alone keeps each of some 350 assemblies open.</summary>
    private const int Reserved = 400;

    /// <summary>The runtime has raised the limit of the process to the highest that it is allowed, so this one is final.</summary>
    private static readonly long s_descriptors = Descriptors.Limit - Reserved;

    /// <summary>A quarter of the descriptors, because a request may need a second connection to be answered.</summary>
    public static long Connections => Math.Clamp(s_descriptors / 4, Fewest, Most);

    /// <summary>
    /// WebSockets. They do not count as connections any more, and each is passed on by a second one for as long as it lasts. So
    /// connections and WebSockets together use three quarters of the descriptors at most.
    /// </summary>
    public static long UpgradedConnections => Math.Clamp(s_descriptors / 8, Fewest, Most);

    /// <param name="builder">Of a service that serves HTTP.</param>
    /// <param name="largestBody">In bytes, where an endpoint does not say otherwise.</param>
    public static void AddServerLimits(this IHostApplicationBuilder builder, long largestBody)
    {
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            var limits = kestrel.Limits;
            limits.MaxConcurrentConnections = Connections;
            limits.MaxConcurrentUpgradedConnections = UpgradedConnections + Ending;
            limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            limits.MinResponseDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            limits.MaxRequestBodySize = largestBody;
            limits.MaxRequestLineSize = 8 * 1024;
            limits.MaxRequestHeadersTotalSize = 16 * 1024;
            limits.MaxRequestHeaderCount = 64;
        });

        // One warning for each refused connection would fill a disk; RefusedConnections says it once a minute.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", LogLevel.Error);
        builder.Services.AddSingleton(services => new ReachedLimits(services.GetRequiredService<IMeterFactory>(), builder.Environment.ApplicationName));
        builder.Services.AddSingleton<OpenSockets>();
        builder.Services.AddSingleton<RefusedConnections>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RefusedConnections>());
    }
}
