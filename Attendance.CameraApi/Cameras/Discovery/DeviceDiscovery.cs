using System.Collections.Concurrent;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>The capture devices attached to this machine. Linux only; elsewhere there are none to be found this way.</summary>
/// <param name="query">Asks a node what it is; null where it is not a capture device, <see cref="IOException"/> where it cannot be asked. Tests answer themselves.</param>
internal sealed class DeviceDiscovery(string sysfs = "/sys", string dev = "/dev", Func<string, V4l2Capability?>? query = null)
{
    /// <summary>Opening a node may wake the camera behind it, so each is asked once for as long as it stays plugged in.</summary>
    private readonly ConcurrentDictionary<string, (NodeState State, V4l2Capability? Answer)> _asked = new(StringComparer.Ordinal);

    private readonly DeviceNames _names = new();

    private readonly Func<string, V4l2Capability?> _query = query ?? Query;

    /// <returns>In the order of their node numbers. A device that is unplugged meanwhile is simply not among them.</returns>
    public IReadOnlyList<DiscoveredDevice> List() => List(out _);

    /// <param name="isComplete">False where a node did not let itself be asked: right after it was plugged in it may soon.</param>
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
                // Gone between being listed and being read, or not to be opened yet: it is asked again the next time.
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
    /// <returns>The node's path; null where no device of that id is attached.</returns>
    public string? Locate(string target) =>
        target.StartsWith('/') ? target : List().FirstOrDefault(device => device.Id == target)?.Node;

    private static DeviceMake? MakeOf((DeviceIdentity Identity, string Node, V4l2Capability Capability) found) =>
        found.Identity is { Product: { } product, Serial: var serial, Suffix: var suffix }
            ? new(product + suffix, found.Capability.Card, found.Capability.Driver, serial)
            : null;

    private V4l2Capability? Ask(string entry, string node)
    {
        // A node that was plugged in again is a new file, under the same name or another.
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
        // That it does not open is no answer to keep: a node that was just plugged in appears before its driver lets
        // anybody in, and before it is given to the group that may use it.
        using var device = V4l2Device.TryOpen(node, out var error) ?? throw new IOException($"'{node}' does not open: error {error}.");
        return device.QueryCapture();
    }

    private static int NumberOf(string entry) =>
        int.TryParse(Path.GetFileName(entry).AsSpan("video".Length), out var number) ? number : int.MaxValue;

    private readonly record struct NodeState(string? Device, DateTime Since, bool Exists);
}
