using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Attendance.CameraApi.Cameras;

namespace Attendance.CameraApi.Leases;

/// <summary>A slot for each camera that was ever in the catalog, so that a device that comes back finds its lease.</summary>
internal sealed class CameraSlots(CameraCatalog catalog)
{
    private readonly ConcurrentDictionary<string, CameraSlot> _slots = new(StringComparer.Ordinal);

    public IEnumerable<CameraSlot> All => _slots.Select(entry => entry.Value);

    public bool TryGet(string cameraId, [NotNullWhen(true)] out CameraSlot? slot)
    {
        if (catalog.Find(cameraId) is { } camera)
        {
            slot = _slots.GetOrAdd(cameraId, _ => new CameraSlot(camera));
            slot.Camera = camera;
            return true;
        }

        return _slots.TryGetValue(cameraId, out slot);
    }
}
