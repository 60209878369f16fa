using Attendance.Capture.Devices;

namespace Attendance.CameraWorker.Sources.V4l2;

/// <summary>Asks the kernel what a device delivers and why it does not open, because OpenCV does not tell.</summary>
internal sealed class V4l2Probe(string cameraId, string target, DeviceDiscovery discovery)
{
    private const int NoEntry = 2, NoDeviceOrAddress = 6, AccessDenied = 13, Busy = 16, NoDevice = 19;

    public string Node { get; } = discovery.Locate(target) ?? throw Missing(cameraId, target);

    public bool Offers(string fourCc)
    {
        using var device = V4l2Device.TryOpen(Node, out _);
        return device?.QueryCapture()?.Formats.Any(format => format.FourCc == fourCc) ?? false;
    }

    /// <exception cref="CaptureException">The device is missing or busy, or this account may not open it.</exception>
    public void ThrowIfUnusable()
    {
        using var device = V4l2Device.TryOpen(Node, out var error);
        switch (device?.ProbeBusy() ?? error)
        {
            case NoEntry or NoDevice or NoDeviceOrAddress:
                throw Missing(cameraId, target);
            case Busy:
                throw new CaptureException(CaptureFailureCode.DeviceBusy, $"Camera '{cameraId}': another program has the device '{target}' open.");
            case AccessDenied:
                throw new CaptureException(CaptureFailureCode.OpenFailed, $"Camera '{cameraId}': this account is not allowed to open '{Node}'. Add it to the group 'video'.");
        }
    }

    /// <exception cref="CaptureException">The device was unplugged. A busy device does not count, because this worker has it open.</exception>
    public void ThrowIfGone()
    {
        using var device = V4l2Device.TryOpen(Node, out var error);
        if (error is NoEntry or NoDevice or NoDeviceOrAddress || device?.ProbeBusy() == NoDevice)
        {
            throw Missing(cameraId, target);
        }
    }

    private static CaptureException Missing(string cameraId, string target) =>
        new(CaptureFailureCode.DeviceMissing, $"Camera '{cameraId}': the device '{target}' is not attached.");
}
