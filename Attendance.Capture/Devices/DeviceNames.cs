using System.Text.RegularExpressions;

namespace Attendance.Capture.Devices;

/// <summary>
/// Gives every node its id: by the device's serial number, or by its port if it has none. If two devices report the same number, that
/// number is not used to name new nodes any more. A node keeps its id for as long as it stays plugged in, whatever happens to other devices.
/// </summary>
internal sealed partial class DeviceNames
{
    private const int LongestId = 64;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _repeated = new(StringComparer.Ordinal);
    private Dictionary<DeviceIdentity, string> _given = [];

    /// <param name="nodes">The nodes, each listed once.</param>
    /// <param name="isComplete">False if attached nodes may be missing from the list. Those keep their ids.</param>
    public IReadOnlyList<string> Name(IReadOnlyList<DeviceIdentity> nodes, bool isComplete = true)
    {
        lock (_gate)
        {
            _repeated.UnionWith(nodes.Where(node => node.Serial is not null)
                .GroupBy(node => node.Serial!)
                .Where(same => same.Select(node => node.Device).Distinct().Count() > 1)
                .Select(same => same.Key));
            if (isComplete)
            {
                _given = _given.Where(given => nodes.Contains(given.Key)).ToDictionary();
            }

            var taken = _given.Values.ToHashSet(StringComparer.Ordinal);
            foreach (var node in nodes.Where(node => !_given.ContainsKey(node)))
            {
                var id = Clean(node.Serial is null || _repeated.Contains(node.Serial) ? node.Path : node.Serial, node.Suffix);

                // Ids that are still equal, as of two virtual devices with one name, are told apart by the order of the nodes.
                var own = id;
                for (var count = 2; !taken.Add(own); count++)
                {
                    own = Clean(id, $".{count}");
                }

                _given[node] = own;
            }

            return [.. nodes.Select(node => _given[node])];
        }
    }

    private static string Clean(string name, string suffix)
    {
        var safe = NotInAnId().Replace(name, "_");
        return safe[..Math.Min(safe.Length, LongestId - suffix.Length)] + suffix;
    }

    [GeneratedRegex("[^A-Za-z0-9._-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInAnId();
}
