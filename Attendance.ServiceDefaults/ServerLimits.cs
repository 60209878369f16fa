using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Limits what a client can cost the server before the client is identified. Without limits, connections that send nothing use up the
/// process's file descriptors. The process then cannot accept connections or open files, and ends.
/// </summary>
public static class ServerLimits
{
    /// <summary>
    /// How long this system's own clients keep an unused connection. They close it before the server does, so that none is used while the
    /// server closes it.
    /// </summary>
    public static readonly TimeSpan UnusedConnection = TimeSpan.FromSeconds(20);

    private const int Most = 4096, Fewest = 16;

    /// <summary>The number of WebSockets that <see cref="OpenSockets"/> no longer counts but that are not closed yet.</summary>
    private const int Ending = 16;

    /// <summary>The number of connections that are accepted only to be refused, at the same time.</summary>
    private const int Refusing = 16;

    /// <summary>Descriptors for the rest of the process. The runtime alone keeps about 350 assemblies open.</summary>
    private const int Reserved = 400;

    /// <summary>The available descriptors. This value is final, because the runtime has already raised the limit to the allowed maximum.</summary>
    private static readonly long s_descriptors = Descriptors.Limit - Reserved;

    /// <summary>
    /// The maximum number of connections: a quarter of the descriptors, because a request may need a second connection to be answered.
    /// </summary>
    public static long Connections => Math.Clamp(s_descriptors / 4, Fewest, Most);

    /// <summary>
    /// The maximum number of WebSockets. They no longer count as connections, and each is forwarded over a second one for as long as it
    /// lasts. So connections and WebSockets together use at most three quarters of the descriptors.
    /// </summary>
    public static long UpgradedConnections => Math.Clamp(s_descriptors / 8, Fewest, Most);

    /// <summary>The maximum number of accepted connections at a listener, of whatever kind. Further ones wait.</summary>
    internal static int Accepted => (int)(Connections + UpgradedConnections) + Ending + Refusing;

    /// <param name="builder">The builder of a service that serves HTTP.</param>
    /// <param name="largestBody">The largest request body, in bytes, unless an endpoint sets its own limit.</param>
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

        builder.Services.AddSingleton<IConnectionListenerFactory>(services =>
            new PacedListenerFactory(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), Accepted));

        // A warning for each refused connection would fill the disk. RefusedConnections logs it once a minute.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", LogLevel.Error);
        builder.Services.AddSingleton(services => new ReachedLimits(services.GetRequiredService<IMeterFactory>(), builder.Environment.ApplicationName));
        builder.Services.AddSingleton<OpenSockets>();
        builder.Services.AddSingleton<RefusedConnections>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RefusedConnections>());
    }
}
