using System.Security.Cryptography;
using System.Text;

namespace Attendance.LocalHosting.Dashboard;

/// <summary>Where the dashboard is in this run, and who may come in. Nothing of it is kept for the next run.</summary>
internal sealed class DashboardAccess
{
    private readonly string _token = Generate();

    /// <summary>What the resources show when they send telemetry.</summary>
    public string OtlpKey { get; } = Generate();

    /// <summary>What a browser has once it has shown the token.</summary>
    public string Session { get; } = Generate();

    /// <summary>Where telemetry goes; null where there is no dashboard.</summary>
    public Uri? Otlp { get; set; }

    /// <summary>Where the pages are; null where there is no dashboard.</summary>
    public Uri? Pages { get; set; }

    /// <summary>For whoever started the application, and nobody else: it lets in.</summary>
    public Uri? SignIn => Pages is null ? null : new Uri(Pages, $"/login?t={_token}");

    public bool IsToken(string? given) => AreSame(given, _token);

    public bool IsSession(string? given) => AreSame(given, Session);

    public bool IsOtlpKey(string? given) => AreSame(given, OtlpKey);

    /// <summary>Takes as long for a wrong secret as for a right one, wherever the difference is.</summary>
    private static bool AreSame(string? given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given ?? ""), Encoding.UTF8.GetBytes(expected));

    private static string Generate() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
