using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Attendance.CameraApi.Cameras;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Holds a slot for each camera that was ever in the catalog, so that a device that comes back finds its lease. Also holds a slot
/// for each browser camera, for as long as the slot is in use or is visited.
/// </summary>
internal sealed class CameraSlots(CameraCatalog catalog, IOptions<LeaseOptions> options)
{
    private readonly ConcurrentDictionary<string, CameraSlot> _slots = new(StringComparer.Ordinal);
    /// <summary>Sorts after every id.</summary>
    private const string LastId = "\uffff";

    private readonly Lock _browsers = new();
    private readonly Dictionary<CameraSlot, int> _visits = [];
    private readonly SortedSet<string> _browserCameras = new(StringComparer.Ordinal);

    public IEnumerable<CameraSlot> All => _slots.Select(entry => entry.Value);

    public bool TryGet(string cameraId, [NotNullWhen(true)] out CameraSlot? slot)
    {
        if (catalog.Find(cameraId) is { } camera)
        {
            slot = _slots.GetOrAdd(cameraId, _ => new CameraSlot(camera, options.Value.MaxHolders));
            slot.Camera = camera;
            return true;
        }

        return _slots.TryGetValue(cameraId, out slot);
    }

    /// <summary>Lists the slots of browser cameras, in the order of their ids.</summary>
    /// <param name="from">The id to start at, or null to start at the first.</param>
    public IReadOnlyList<CameraSlot> BrowserCameras(string? from, int limit)
    {
        lock (_browsers)
        {
            IEnumerable<string> ids = from is null ? _browserCameras : _browserCameras.GetViewBetween(from, LastId);
            return [.. ids.Take(limit).Select(id => _slots[id])];
        }
    }

    /// <summary>Gets or creates the slot of a browser camera. Enter the slot only during a visit; otherwise it may be removed first.</summary>
    /// <param name="isLimited">False for a lease that exists already, to which the limit does not apply.</param>
    /// <returns>Null if the limit of browser cameras is reached.</returns>
    public Visit? VisitBrowserCamera(string cameraId, bool isLimited = true)
    {
        lock (_browsers)
        {
            if (!_slots.TryGetValue(cameraId, out var slot))
            {
                if (isLimited && _browserCameras.Count >= options.Value.MaxBrowserCameras)
                {
                    return null;
                }

                _browserCameras.Add(cameraId);
                _slots[cameraId] = slot = new CameraSlot(BrowserCamera.Create(cameraId), mostHolders: 1, RemoveIfUnused);
            }

            _visits[slot] = _visits.GetValueOrDefault(slot) + 1;
            return new Visit(this, slot);
        }
    }

    /// <summary>Forgets the slot of a camera that is no longer in the catalog, unless it is in use.</summary>
    /// <returns>Whether there is no such slot now.</returns>
    public bool Forget(string cameraId) =>
        !_slots.TryGetValue(cameraId, out var slot) || (slot is { IsEmpty: true, IsAwaited: false, Quarantine: null } && _slots.TryRemove(new(cameraId, slot)));

    private void EndVisit(CameraSlot slot)
    {
        lock (_browsers)
        {
            if (--_visits[slot] == 0)
            {
                _visits.Remove(slot);
            }
        }

        RemoveIfUnused(slot);
    }

    private void RemoveIfUnused(CameraSlot slot)
    {
        lock (_browsers)
        {
            if (slot is { IsEmpty: true, Quarantine: null } && !_visits.ContainsKey(slot) && _slots.TryRemove(new(slot.Camera.Id, slot)))
            {
                _browserCameras.Remove(slot.Camera.Id);
            }
        }
    }

    internal sealed class Visit(CameraSlots slots, CameraSlot slot) : IDisposable
    {
        public CameraSlot Slot => slot;

        public void Dispose() => slots.EndVisit(slot);
    }
}
