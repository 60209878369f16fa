using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Network;
using Attendance.CameraWorker.Pictures;
using Attendance.CameraWorker.Sources;
using Attendance.CameraWorker.Sources.V4l2;
using Attendance.Capture.Devices;

namespace Attendance.CameraWorker;

internal static class CaptureSources
{
    /// <summary>
    /// The memory, in bytes, that a network source may take in addition to what the worker already has. With this limit a worker stays below
    /// 400 MB, whatever a camera sends.
    /// </summary>
    private const long MemoryForNetwork = 320L * 1024 * 1024;

    /// <param name="output">The stream on which the worker sends frames. Only the fault source uses it, to write garbage to it.</param>
    /// <exception cref="CaptureException">The request names no known kind of source.</exception>
    public static ICaptureSource Create(CaptureRequest request, Stream output) =>
        CameraSource.TryParse(request.Source, out var source)
            ? source.Kind switch
            {
                CameraKind.TestPattern => new TestPatternSource(request, TimeProvider.System),
                CameraKind.File => new FileSource(request, source.Target),
                CameraKind.Published => new PublishedSource(request, source.Target),
                CameraKind.Network => Network(request, source.Target),
                CameraKind.Fault => new FaultSource(new TestPatternSource(request, TimeProvider.System), source.Target, request, output),
                _ when OperatingSystem.IsLinux() => new V4l2Source(request, source.Target, new DeviceDiscovery(), TurboJpeg.IsAvailable),
                _ => new DeviceSource(request, source.Target),
            }
            : throw new CaptureException(CaptureFailureCode.OpenFailed, $"Camera '{request.CameraId}': its source is none of test-pattern, file:, device:, rtsp:// and http(s)://.");

    private static NetworkSource Network(CaptureRequest request, string address)
    {
        NativeProcess.LimitMemory(MemoryForNetwork);
        return new(request, new Uri(address));
    }
}
