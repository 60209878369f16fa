namespace Attendance.Web.Faces;

/// <summary>Thrown when this machine cannot judge any shot until somebody installs what the message names.</summary>
internal sealed class FaceCheckUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    public static FaceCheckUnavailableException NoModel(string path, Exception? inner = null) =>
        new($"A model that faces are looked at with is missing or damaged: {path}. It comes with the npm packages: run 'npm ci' in Attendance.Web and build again.", inner);

    public static FaceCheckUnavailableException NoLibrary(Exception inner) => new(
        OperatingSystem.IsLinux()
            ? "OpenCV's native library does not load. On Debian and Ubuntu install libgtk-3-0 (libgtk-3-0t64 from Ubuntu 24.04 on); it runs on x64 only."
            : "OpenCV's native library is not part of this build, so no shot can be judged.",
        inner);

    public static bool IsForLackOfLibrary(Exception? exception) => exception switch
    {
        null => false,
        DllNotFoundException or BadImageFormatException or EntryPointNotFoundException => true,
        _ => IsForLackOfLibrary(exception.InnerException),
    };
}
