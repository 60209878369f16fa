using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

/// <summary>Provides port numbers: from the configuration, or any free port.</summary>
internal static class Port
{
    /// <returns>The port, or null if none is set. In that case a free port is used.</returns>
    public static int? Read(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 => port,
        var text => throw new DistributedApplicationException($"{key} is '{text}'; it must be a port number from 1 to 65535."),
    };

    /// <summary>Returns whether configured ports are to be replaced by free ones, as in tests.</summary>
    public static bool AreRandom(IConfiguration configuration) => configuration["DcpPublisher:RandomizePorts"] is "true" or "True";

    /// <summary>Returns a port that nobody listens on at this moment.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
