using System.Collections.Concurrent;

namespace Attendance.CameraApi.Cameras;

/// <summary>
/// The cameras that pages and other clients publish. Such a camera is one of the catalog while somebody publishes it. Like a device that is
/// unplugged, it is missing when nobody does, and comes back under the same id.
/// </summary>
internal sealed class PublishedCameras
{
    /// <summary>The name of all of them in metrics.</summary>
    public const string Any = "published";

    private readonly ConcurrentDictionary<string, (Camera Camera, bool IsPresent)> _cameras = new(StringComparer.Ordinal);

    public IEnumerable<(Camera Camera, bool IsPresent)> List() => _cameras.Select(entry => entry.Value);

    public Camera? Find(string cameraId) => _cameras.TryGetValue(cameraId, out var entry) ? entry.Camera : null;

    /// <param name="socket">The path of the socket on which its pictures are offered.</param>
    public void Appear(string cameraId, string socket) => _cameras[cameraId] = (Create(cameraId, socket), true);

    /// <summary>Knows a camera that somebody may be about to publish again.</summary>
    /// <param name="socket">The path of the socket on which its pictures will be offered.</param>
    public void Expect(string cameraId, string socket) => _cameras.TryAdd(cameraId, (Create(cameraId, socket), false));

    public void Disappear(string cameraId)
    {
        if (_cameras.TryGetValue(cameraId, out var entry))
        {
            _cameras.TryUpdate(cameraId, entry with { IsPresent = false }, entry);
        }
    }

    private static Camera Create(string cameraId, string socket) => new(
        cameraId, "Published camera", CameraSource.OfPublished(socket), Width: null, Height: null, FrameRate: null, Tags: [], Formats: [], Discovered: true);

    /// <summary>Forgets a camera that nobody publishes.</summary>
    public void Forget(string cameraId)
    {
        if (_cameras.TryGetValue(cameraId, out var entry) && !entry.IsPresent)
        {
            _cameras.TryRemove(new(cameraId, entry));
        }
    }
}
