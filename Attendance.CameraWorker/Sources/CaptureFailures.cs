namespace Attendance.CameraWorker.Sources;

/// <summary>Describes failures in sentences for people, without an address, because an address may hold credentials.</summary>
internal static class CaptureFailures
{
    public static CaptureException OpenTimedOut(CaptureRequest request) =>
        new(CaptureFailureCode.OpenTimedOut, $"Camera '{request.CameraId}' did not open within {request.OpenTimeout.TotalSeconds:0.#} s.");

    /// <exception cref="CaptureException">The pictures have more pixels than the request allows, so they are not decoded.</exception>
    public static void ThrowIfTooLarge(CaptureRequest request, int width, int height)
    {
        if ((long)width * height > request.MaxPixels)
        {
            throw new CaptureException(
                CaptureFailureCode.OpenFailed,
                $"Camera '{request.CameraId}': its pictures have {width} x {height} pixels, more than the {request.MaxPixels} of 'Capture:MaxPixels'.");
        }
    }

    public static CaptureFailure From(Exception exception, CaptureRequest request, bool opened) => exception switch
    {
        CaptureException failure => new(failure.Code, failure.Message),
        _ when LacksNativeLibrary(exception) => new(CaptureFailureCode.CaptureUnsupported, $"Camera '{request.CameraId}': {WhatToInstall}"),

        // Only the exception's type is told. OpenCV repeats its input in its messages, and that may be an address with a password.
        _ when opened => new(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}' stopped delivering ({exception.GetType().Name})."),
        _ => new(CaptureFailureCode.OpenFailed, $"Camera '{request.CameraId}' could not be opened ({exception.GetType().Name})."),
    };

    private static string WhatToInstall =>
        OperatingSystem.IsLinux()
            ? "OpenCV's native library does not load. On Debian and Ubuntu install libgtk-3-0 (libgtk-3-0t64 from Ubuntu 24.04 on); it runs on x64 only."
            : "OpenCV's native library is not part of this build, so it captures the test pattern only.";

    private static bool LacksNativeLibrary(Exception? exception) => exception switch
    {
        null => false,
        DllNotFoundException or BadImageFormatException or EntryPointNotFoundException => true,
        _ => LacksNativeLibrary(exception.InnerException),
    };
}
