using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Attendance.LocalHosting.Dashboard;

/// <param name="Port">Of the pages; null for any that is free.</param>
/// <param name="OtlpPort">Where telemetry is received; null for any that is free.</param>
internal sealed record DashboardSettings(bool IsEnabled, int? Port, int? OtlpPort)
{
    private const int PagesPort = 18888, TelemetryPort = 18889;

    /// <param name="isTest">Tests look at the application by themselves, and have no need of it unless they ask.</param>
    public static DashboardSettings From(IConfiguration configuration, bool isTest, bool randomPorts) => new(
        Read(configuration, "Dashboard:Enabled", !isTest, "true or false", (string text, out bool value) => bool.TryParse(text, out value)),
        PortOf(configuration, "Dashboard:Port", randomPorts ? 0 : PagesPort),
        PortOf(configuration, "Dashboard:OtlpPort", randomPorts ? 0 : TelemetryPort));

    private static int? PortOf(IConfiguration configuration, string key, int otherwise) =>
        Read(configuration, key, otherwise, "a port, or 0 for any that is free", (string text, out int value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= ushort.MaxValue) is var port and not 0
            ? port
            : null;

    private static T Read<T>(IConfiguration configuration, string key, T otherwise, string wanted, TryParse<T> parse) =>
        configuration[key] is not { Length: > 0 } text ? otherwise
        : parse(text, out var value) ? value
        : throw new DistributedApplicationException($"{key} is '{text}' and must be {wanted}.");

    private delegate bool TryParse<T>(string text, out T value);
}
