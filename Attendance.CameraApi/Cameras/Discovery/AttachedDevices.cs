using Attendance.Capture.Devices;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// Knows the attached devices. While <see cref="DeviceWatch"/> watches, the list is the result of its last look. Otherwise each call
/// looks at the devices.
/// </summary>
/// <remarks>
/// A device without a serial number of its own gets its id from its port. If such a device is plugged into another port while it is in
/// use, it keeps its id until the use ends, provided that it can be recognized without doubt: see <see cref="Recognize"/>.
/// </remarks>
internal sealed class AttachedDevices(DeviceDiscovery discovery, TimeProvider clock)
{
    /// <summary>How often a caller that waits for a device looks if nothing watches.</summary>
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DeviceMake?> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);

    /// <summary>Maps the id under which a device is in use to the id of the port at which it is now.</summary>
    private readonly Dictionary<string, string> _elsewhere = new(StringComparer.Ordinal);

    private IReadOnlyList<DiscoveredDevice> _attached = [];
    private TaskCompletionSource _looked = NewSignal();
    private bool _isWatched;

    /// <summary>Lists the attached devices, each under one id only.</summary>
    public IReadOnlyList<DiscoveredDevice> List() => Volatile.Read(ref _isWatched) ? Volatile.Read(ref _attached) : Look(out _);

    /// <param name="target">A path such as <c>/dev/video0</c>, or the id of a discovered device.</param>
    /// <returns>The node's path; null if no device with that id is attached.</returns>
    public string? Locate(string target) => target.StartsWith('/') ? target : NodeOf(target, List());

    /// <summary>Does the same as <see cref="Locate"/>, but always looks at the devices first.</summary>
    public string? LocateNow(string target) => target.StartsWith('/') ? target : NodeOf(target, Look(out _));

    /// <summary>Returns the id under which a process that looks for itself, such as a worker, finds the device.</summary>
    public string TargetNow(string target) =>
        target.StartsWith('/') ? target : List().FirstOrDefault(device => device.Id == target)?.Target ?? target;

    /// <summary>Looks at all devices, and wakes the callers that wait for one.</summary>
    /// <param name="isComplete">False if it is worth looking again soon, because a node could not be read.</param>
    public IReadOnlyList<DiscoveredDevice> Look(out bool isComplete)
    {
        TaskCompletionSource looked;
        IReadOnlyList<DiscoveredDevice> attached;
        lock (_gate)
        {
            attached = _attached = Recognize(discovery.List(out isComplete));
            (looked, _looked) = (_looked, NewSignal());
        }

        looked.SetResult();
        return attached;
    }

    /// <summary>Makes <see cref="List"/> return the result of the last look until the returned object is disposed of.</summary>
    public IDisposable Watch()
    {
        Look(out _);
        Volatile.Write(ref _isWatched, true);
        return new Ending(() => Volatile.Write(ref _isWatched, false));
    }

    /// <summary>Marks a device as in use until the returned object is disposed of. While in use, it keeps its id even on another port.</summary>
    public IDisposable Use(string target)
    {
        lock (_gate)
        {
            _uses[target] = _uses.GetValueOrDefault(target) + 1;
        }

        return new Ending(() => EndUse(target));
    }

    /// <summary>Waits until the device is present, or <paramref name="patience"/> has passed.</summary>
    public async Task AppearsAsync(string target, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var looked = Volatile.Read(ref _looked).Task; // taken before looking, so that no look is missed
            var remaining = patience - clock.GetElapsedTime(began);
            if (File.Exists(Locate(target)) || remaining <= TimeSpan.Zero)
            {
                return;
            }

            var wait = Volatile.Read(ref _isWatched) || remaining < s_lookInterval ? remaining : s_lookInterval;
            await looked.WaitAsync(wait, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static string? NodeOf(string id, IReadOnlyList<DiscoveredDevice> attached) => attached.FirstOrDefault(device => device.Id == id)?.Node;

    /// <summary>
    /// Recognizes a device that is in use and was plugged into another port. A device that has just appeared under an id that was never
    /// seen is taken for the one in use that is gone if both have the same make and no other of that make is gone or has appeared.
    /// In case of doubt it is another camera.
    /// </summary>
    private List<DiscoveredDevice> Recognize(IReadOnlyList<DiscoveredDevice> found)
    {
        var ids = found.Select(device => device.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, _) in _elsewhere.Where(entry => !ids.Contains(entry.Value)).ToList())
        {
            _elsewhere.Remove(id); // it was unplugged again, or is back at its own port
        }

        var taken = _elsewhere.Values.ToHashSet(StringComparer.Ordinal);
        foreach (var newcomers in found.Where(device => device.Make is not null && !taken.Contains(device.Id) && !_known.ContainsKey(device.Id)).GroupBy(device => device.Make))
        {
            var gone = _known.Where(known => known.Value == newcomers.Key && !ids.Contains(known.Key) && !_elsewhere.ContainsKey(known.Key)).ToList();
            if (newcomers.Count() == 1 && gone.Count == 1 && _uses.ContainsKey(gone[0].Key))
            {
                _elsewhere[gone[0].Key] = newcomers.Single().Id;
            }
        }

        var names = _elsewhere.ToDictionary(entry => entry.Value, entry => entry.Key, StringComparer.Ordinal);
        var attached = found
            .Where(device => !_elsewhere.ContainsKey(device.Id)) // its id belongs to another device for now
            .Select(device => names.TryGetValue(device.Id, out var id) ? device with { Id = id } : device)
            .ToList();
        foreach (var device in attached)
        {
            _known[device.Id] = device.Make;
        }

        return attached;
    }

    private void EndUse(string target)
    {
        lock (_gate)
        {
            if (--_uses[target] > 0)
            {
                return;
            }

            _uses.Remove(target);
            if (!_elsewhere.Remove(target))
            {
                return;
            }
        }

        Look(out _); // from now on its id comes from its port again
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Ending(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
