using System.Globalization;

namespace Attendance.LocalHosting.Running;

/// <summary>A real <c>redis-server</c>, where one is wanted.</summary>
internal static class RedisServer
{
    /// <summary>The password goes into a file that only its owner reads: a command line is everybody's to see.</summary>
    public static string WriteConfiguration(string folder, int port, string password, bool durable)
    {
        var path = Path.Combine(folder, "redis.conf");
        using var writer = new StreamWriter(OwnersFile.Create(path));
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"""
            bind 127.0.0.1
            port {port}
            requirepass "{password.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}"
            dir "{folder}"
            appendonly {(durable ? "yes" : "no")}
            save ""

            """));
        return path;
    }
}
