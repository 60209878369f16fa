using System.Globalization;
using Microsoft.Extensions.Configuration;

/// <summary>Reads <c>--nodes 3</c>: the number of camera APIs to run on this machine, to try what usually needs several machines.</summary>
internal static class NodeCount
{
    private const string Key = "nodes";
    private const int Max = 16;

    public static int Read(IConfiguration configuration) => configuration[Key] switch
    {
        null or "" => 1,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= Max => count,
        var text => throw new DistributedApplicationException($"'{Key}' is '{text}'; it must be a number from 1 to {Max}."),
    };
}
