using Microsoft.Extensions.Configuration;

/// <summary><c>--Dashboard=false</c>: Aspire's dashboard is not started, and the services report their telemetry to nobody.</summary>
internal static class DashboardSwitch
{
    /// <summary>Reads the arguments and the environment themselves, because Aspire must know before there is a configuration.</summary>
    public static bool IsWanted(string[] args) => new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build().Switch("Dashboard", unset: true);
}

/// <summary>Reads settings that are true or false.</summary>
internal static class Switches
{
    /// <param name="unset">What counts if the key has no value.</param>
    public static bool Switch(this IConfiguration configuration, string key, bool unset) => configuration[key] switch
    {
        null or "" => unset,
        var text when bool.TryParse(text, out var isOn) => isOn,
        var text => throw new DistributedApplicationException($"{key} is '{text}'; it must be true or false."),
    };
}
