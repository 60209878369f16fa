namespace Attendance.ServiceDefaults;

/// <summary>Some addresses carry a bearer secret as a path segment: the lease, the session. Telemetry never shows it.</summary>
internal static class SecretPaths
{
    private const string Mask = "REDACTED";
    private static readonly string[] s_collections = ["leases", "sessions"];

    /// <summary>The path with the segment behind <c>leases</c> and <c>sessions</c> masked; null stays null.</summary>
    public static string? Redact(string? path)
    {
        if (path is null || !s_collections.Any(name => path.Contains(name, StringComparison.OrdinalIgnoreCase)))
        {
            return path;
        }

        var segments = path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i].Length > 0 && s_collections.Contains(segments[i - 1], StringComparer.OrdinalIgnoreCase))
            {
                segments[i] = Mask;
            }
        }

        return string.Join('/', segments);
    }
}
