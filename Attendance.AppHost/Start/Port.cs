using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

/// <summary>Port numbers: out of the configuration, or whichever is free.</summary>
internal static class Port
{
    /// <returns>Null where none is set: then a free one is taken.</returns>
    public static int? Read(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 => port,
        var text => throw new DistributedApplicationException($"{key} is '{text}'; it must be a port number from 1 to 65535."),
    };

    /// <summary>Whether ports that are written down are to be replaced by free ones, as tests have it.</summary>
    public static bool AreRandom(IConfiguration configuration) => configuration["DcpPublisher:RandomizePorts"] is "true" or "True";

    /// <summary>One that nobody listens on at this moment.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
