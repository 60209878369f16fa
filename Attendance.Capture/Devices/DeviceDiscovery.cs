using System.Collections.Concurrent;
using System.Globalization;

namespace Attendance.Capture.Devices;

/// <summary>Finds the capture devices attached to this machine. Linux only; on other systems it finds none.</summary>
/// <param name="query">Queries a node; returns null if it is not a capture device, and throws <see cref="IOException"/> if it cannot be
/// queried. Tests replace it.</param>
internal sealed class DeviceDiscovery(string sysfs = "/sys", string dev = "/dev", Func<string, V4l2Capability?>? query = null)
{
    /// <summary>
    /// The answers so far. Opening a node may wake the camera behind it, so each node is queried only once while it stays plugged in.
    /// </summary>
    private readonly ConcurrentDictionary<string, (NodeState State, V4l2Capability? Answer)> _asked = new(StringComparer.Ordinal);

    private readonly DeviceNames _names = new();

    private readonly Func<string, V4l2Capability?> _query = query ?? Query;

    /// <returns>The devices, in the order of their node numbers. A device that is unplugged meanwhile is left out.</returns>
    public IReadOnlyList<DiscoveredDevice> List() => List(out _);

    /// <param name="isComplete">False if a node could not be queried. A node that was just plugged in may become readable soon.</param>
    public IReadOnlyList<DiscoveredDevice> List(out bool isComplete)
    {
        isComplete = true;
        var directory = Path.Combine(sysfs, "class", "video4linux");
        if (!OperatingSystem.IsLinux() || !Directory.Exists(directory))
        {
            return [];
        }

        var nodes = new List<(DeviceIdentity Identity, string Node, V4l2Capability Capability)>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory, "video*").OrderBy(NumberOf))
        {
            try
            {
                var node = Path.Combine(dev, Path.GetFileName(entry));
                if (Ask(entry, node) is { } capability)
                {
                    nodes.Add((DeviceIdentity.Of(entry, capability), node, capability));
                }
            }
            catch (IOException)
            {
                // The node is gone since it was listed, or cannot be opened yet. The next call queries it again.
                isComplete = false;
            }
        }

        var identities = nodes.ConvertAll(found => found.Identity);
        var ids = _names.Name(identities, isComplete);
        var targets = new DeviceNames().Name(identities);
        return [.. nodes.Select((found, at) =>
            new DiscoveredDevice(ids[at], found.Node, found.Capability.Card, found.Capability.Driver, found.Capability.Formats, targets[at], MakeOf(found)))];
    }

    /// <param name="target">A path such as <c>/dev/video0</c>, or the id of a discovered device.</param>
    /// <returns>The node's path; null if no device with that id is attached.</returns>
    public string? Locate(string target) =>
        target.StartsWith('/') ? target : List().FirstOrDefault(device => device.Id == target)?.Node;

    private static DeviceMake? MakeOf((DeviceIdentity Identity, string Node, V4l2Capability Capability) found) =>
        found.Identity is { Product: { } product, Serial: var serial, Suffix: var suffix }
            ? new(product + suffix, found.Capability.Card, found.Capability.Driver, serial)
            : null;

    private V4l2Capability? Ask(string entry, string node)
    {
        // A device that was plugged in again has a new node file, with the same name or another.
        var state = new NodeState(Directory.ResolveLinkTarget(entry, returnFinalTarget: true)?.FullName, File.GetLastWriteTimeUtc(node), File.Exists(node));
        if (_asked.TryGetValue(node, out var known) && known.State == state)
        {
            return known.Answer;
        }

        var answer = _query(node);
        _asked[node] = (state, answer);
        return answer;
    }

    private static V4l2Capability? Query(string node)
    {
        // A failure to open is not cached, because a new node appears before its driver accepts calls and before the
        // node belongs to the group that may use it.
        using var device = V4l2Device.TryOpen(node, out var error) ?? throw new IOException($"'{node}' does not open: error {error}.");
        return device.QueryCapture();
    }

    private static int NumberOf(string entry) =>
        int.TryParse(Path.GetFileName(entry).AsSpan("video".Length), CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    private readonly record struct NodeState(string? Device, DateTime Since, bool Exists);
}
