using System.Globalization;
using StackExchange.Redis;

namespace Attendance.Benchmarks.Scale;

/// <summary>The counters of a Redis server. The difference of two readings is what was done in between.</summary>
internal sealed record ServerCounters(
    double CpuSeconds, long BytesIn, long BytesOut, long Commands, long UsedMemory, IReadOnlyDictionary<string, (long Calls, double Microseconds)> PerCommand)
{
    public static async Task<ServerCounters> ReadAsync(IServer server)
    {
        var info = (await server.InfoAsync("all")).SelectMany(group => group).ToLookup(pair => pair.Key, pair => pair.Value);
        var commands = info.Where(pair => pair.Key.StartsWith("cmdstat_", StringComparison.Ordinal)).ToDictionary(
            pair => pair.Key["cmdstat_".Length..],
            pair =>
            {
                var fields = pair.First().Split(',').Select(field => field.Split('=')).ToDictionary(field => field[0], field => field[1]);
                return (long.Parse(fields["calls"], CultureInfo.InvariantCulture), double.Parse(fields["usec"], CultureInfo.InvariantCulture));
            });
        return new ServerCounters(
            Number("used_cpu_sys") + Number("used_cpu_user"),
            (long)Number("total_net_input_bytes"),
            (long)Number("total_net_output_bytes"),
            (long)Number("total_commands_processed"),
            (long)Number("used_memory"),
            commands);

        double Number(string key) => double.Parse(info[key].First(), CultureInfo.InvariantCulture);
    }
}
