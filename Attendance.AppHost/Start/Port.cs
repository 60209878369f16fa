using System.Globalization;
using Microsoft.Extensions.Configuration;

/// <summary>A port number out of the configuration.</summary>
internal static class Port
{
    /// <returns>Null where none is set: then a free one is taken.</returns>
    public static int? Read(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 => port,
        var text => throw new DistributedApplicationException($"{key} is '{text}'; it must be a port number from 1 to 65535."),
    };
}
