namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// The devices that are attached, as they were last looked at. While <see cref="DeviceWatch"/> watches, nothing is looked at but
/// when something has changed; otherwise each time somebody asks.
/// </summary>
/// <remarks>
/// A device without a serial number of its own is known by its port. One that is in use and is plugged in elsewhere keeps its id all the
/// same, for as long as it is in use, if there is no doubt that it is that one: see <see cref="Recognize"/>.
/// </remarks>
internal sealed class AttachedDevices(DeviceDiscovery discovery, TimeProvider clock)
{
    /// <summary>How often whoever waits for a device looks by itself where nobody watches.</summary>
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DeviceMake?> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);

    /// <summary>By the id under which it is in use, the one of the port that the device is at now.</summary>
    private readonly Dictionary<string, string> _elsewhere = new(StringComparer.Ordinal);

    private IReadOnlyList<DiscoveredDevice> _attached = [];
    private TaskCompletionSource _looked = NewSignal();
    private bool _isWatched;

    /// <summary>No device is listed under two ids.</summary>
    public IReadOnlyList<DiscoveredDevice> List() => Volatile.Read(ref _isWatched) ? Volatile.Read(ref _attached) : Look(out _);

    /// <param name="target">A path such as <c>/dev/video0</c>, or the id of a discovered device.</param>
    /// <returns>The node's path; null where no device of that id is attached.</returns>
    public string? Locate(string target) => target.StartsWith('/') ? target : NodeOf(target, List());

    /// <summary>As <see cref="Locate"/>, as it is at this moment, watched or not.</summary>
    public string? LocateNow(string target) => target.StartsWith('/') ? target : NodeOf(target, Look(out _));

    /// <summary>By which id whoever looks for itself finds the device.</summary>
    public string TargetNow(string target) =>
        target.StartsWith('/') ? target : List().FirstOrDefault(device => device.Id == target)?.Target ?? target;

    /// <summary>Looks at all of them, and wakes who waits for a device.</summary>
    /// <param name="isComplete">False where it is worth looking again soon.</param>
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

    /// <summary>From now on the list is what was looked at last; until disposed of.</summary>
    public IDisposable Watch()
    {
        Look(out _);
        Volatile.Write(ref _isWatched, true);
        return new Ending(() => Volatile.Write(ref _isWatched, false));
    }

    /// <summary>The device is in use until disposed of: plugged in elsewhere, it is still this one.</summary>
    public IDisposable Use(string target)
    {
        lock (_gate)
        {
            _uses[target] = _uses.GetValueOrDefault(target) + 1;
        }

        return new Ending(() => EndUse(target));
    }

    /// <summary>Waits until the device is there, or the time is over.</summary>
    public async Task AppearsAsync(string target, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var looked = Volatile.Read(ref _looked).Task; // before looking, so that nothing comes in between
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
    /// A device that has just appeared, under an id that was never seen, is the one that is in use and gone, if both are of one make
    /// and no other of that make is gone or has appeared as well. When in doubt it is another camera.
    /// </summary>
    private List<DiscoveredDevice> Recognize(IReadOnlyList<DiscoveredDevice> found)
    {
        var ids = found.Select(device => device.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, _) in _elsewhere.Where(entry => !ids.Contains(entry.Value)).ToList())
        {
            _elsewhere.Remove(id); // pulled out again; or, at its own port again, itself
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
            .Where(device => !_elsewhere.ContainsKey(device.Id)) // its id is another's for now
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

        Look(out _); // from here on it goes by its port again
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Ending(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
