using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

/// <summary>
/// Checks that every port with a fixed number is free before anything is started. Otherwise only the log of one resource would report a
/// port that is in use, while the other resources run.
/// </summary>
internal sealed class PortCheck(TextWriter console)
{
    /// <summary>How long to wait for a port. Processes that a killed AppHost had started are gone after 8 s at the latest.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private static readonly (string Key, string Name)[] s_dashboard =
    [
        ("ASPNETCORE_URLS", "the dashboard"),
        ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "the dashboard's telemetry"),
        ("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", "the dashboard's resources"),
    ];

    /// <exception cref="DistributedApplicationException">A port stays in use. The message names the port and what needs it.</exception>
    public async Task RunAsync(DistributedApplicationModel model, IConfiguration configuration, CancellationToken cancellationToken)
    {
        if (Port.AreRandom(configuration))
        {
            return;
        }

        var wanted = s_dashboard.SelectMany(one => PortsIn(configuration[one.Key]).Select(port => (Port: port, one.Name)))
            .Concat(model.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>()
                .Where(endpoint => endpoint.Port is not null)
                .Select(endpoint => (Port: endpoint.Port!.Value, Name: $"'{resource.Name}'"))));
        foreach (var (port, name) in wanted.DistinctBy(one => one.Port))
        {
            await WaitAsync(port, name, cancellationToken);
        }
    }

    private async Task WaitAsync(int port, string name, CancellationToken cancellationToken)
    {
        var isTold = false;
        for (var started = Stopwatch.GetTimestamp(); !IsFree(port); await Task.Delay(s_pause, cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(started) > s_patience)
            {
                throw new DistributedApplicationException(
                    $"Port {port} of {name} is taken by another process. End that one (on Linux 'ss -ltnp sport = :{port}' names it) or give {name} another port.");
            }

            if (!isTold)
            {
                isTold = true;
                await console.WriteLineAsync($"Port {port} of {name} is taken; waiting up to {s_patience.TotalSeconds:0} s for it.");
            }
        }
    }

    private static bool IsFree(int port)
    {
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(address, port));
                socket.Listen();
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                // This machine has no IPv6.
            }
            catch (SocketException)
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<int> PortsIn(string? urls) => (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Port : 0)
        .Where(port => port > 0);
}
