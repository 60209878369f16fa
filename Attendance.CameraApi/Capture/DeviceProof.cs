using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Whether a device is free of us, as the kernel sees it. What another program on this machine has open is its business.
/// </summary>
internal sealed class DeviceProof(AttachedDevices devices)
{
    public bool IsFree(Camera camera) => Holders(camera).Count == 0;

    /// <summary>Capture workers that have the camera's device open; nothing else of ours ever streams. Empty for a camera that is no device, and where only the end of the worker can be seen.</summary>
    public IReadOnlyList<int> Holders(Camera camera) =>
        OperatingSystem.IsLinux() && camera.Source.Kind == CameraKind.Device && devices.LocateNow(camera.Source.Target) is { } node
            ? [.. DeviceUsers.Of(node).Where(OrphanWorkers.IsWorker)]
            : [];
}
