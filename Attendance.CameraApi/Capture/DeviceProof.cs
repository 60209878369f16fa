using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Proves, from what the kernel shows, that none of our processes has a device open. Other programs on this machine do not count.
/// </summary>
internal sealed class DeviceProof(AttachedDevices devices)
{
    public bool IsFree(Camera camera) => Holders(camera).Count == 0;

    /// <summary>
    /// Returns the capture workers that have the camera's device open. Nothing else of ours ever streams. The list is empty if the camera is
    /// not a device, and on systems that show only whether a worker has ended.
    /// </summary>
    public IReadOnlyList<int> Holders(Camera camera) =>
        OperatingSystem.IsLinux() && camera.Source.Kind == CameraKind.Device && devices.LocateNow(camera.Source.Target) is { } node
            ? [.. DeviceUsers.Of(node).Where(OrphanWorkers.IsWorker)]
            : [];
}
