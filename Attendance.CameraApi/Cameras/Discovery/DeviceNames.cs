using System.Text.RegularExpressions;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// Gives every node its id: by the device's serial number, or by its port where it has none. Where two devices state the same number,
/// it names neither, nor whoever comes later. What has an id keeps it for as long as it stays plugged in, whatever comes and goes beside it.
/// </summary>
internal sealed partial class DeviceNames
{
    private const int LongestId = 64;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _repeated = new(StringComparer.Ordinal);
    private Dictionary<DeviceIdentity, string> _given = [];

    /// <param name="nodes">Each once.</param>
    /// <param name="isComplete">False where some that are attached may be missing: they keep their ids.</param>
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

                // What is still the same, two virtual devices of one name, is told apart by the order of the nodes.
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

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex NotInAnId();
}
