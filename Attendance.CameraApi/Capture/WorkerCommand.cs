using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Attendance.CameraApi.Capture;

/// <summary>The command that starts a capture worker: this program again, with a different first argument.</summary>
internal static class WorkerCommand
{
    public const string Name = "capture";

    /// <summary>
    /// The option that names the process which owns the worker, in the text form of <see cref="ProcessIdentity"/>. It must be the first
    /// option, because orphans are recognized by it.
    /// </summary>
    public const string OwnerOption = "--owner";

    public const string Executable = "Attendance.CameraApi";

    public const string Library = Executable + ".dll";

    /// <summary>
    /// The environment variables that a worker inherits: those that a runtime needs, and no secret. A worker gets everything else that it
    /// needs on standard input. A name that ends in an underscore is a prefix.
    /// </summary>
    private static readonly string[] s_inherited =
    [
        "PATH", "HOME", "USER", "LANG", "LC_", "TZ", "TMPDIR", "TEMP", "TMP", "LD_", "DYLD_", "DOTNET_", "OPENCV_", "SSL_CERT_",
        "SystemRoot", "SystemDrive", "windir", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles", "PATHEXT", "NUMBER_OF_PROCESSORS",
    ];

    /// <param name="maxPixels">See <see cref="CaptureOptions.MaxPixels"/>.</param>
    public static ProcessStartInfo StartInfo(int maxPixels = CaptureProtocol.DefaultMaxPixels)
    {
        var program = Assembly.GetExecutingAssembly().Location;
        var executable = Path.ChangeExtension(program, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = File.Exists(executable)
            ? new ProcessStartInfo(executable)
            : new ProcessStartInfo(Environment.ProcessPath ?? "dotnet", [program]);
        start.ArgumentList.Add(Name);
        start.ArgumentList.Add(OwnerOption);
        start.ArgumentList.Add(ProcessIdentity.Current.ToString());
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        foreach (var name in start.Environment.Keys.Where(name => !IsInherited(name)).ToList())
        {
            start.Environment.Remove(name);
        }

        // The frames of one camera need only one small heap, which the thread that fills it also collects. A worker runs little code and always
        // the same, so the runtime need not profile it before it optimizes it. Optimizing from the start would delay the first picture.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";

        // Native libraries read these variables when they are loaded, so they must be in the environment from the start.
        start.Environment["OPENCV_IO_MAX_IMAGE_PIXELS"] = maxPixels.ToString(CultureInfo.InvariantCulture);
        start.Environment["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] = "0"; // on Windows, opening a device may take 20 s with hardware transforms
        return start;
    }

    private static bool IsInherited(string name) =>
        s_inherited.Any(allowed => allowed[^1] == '_'
            ? name.StartsWith(allowed, StringComparison.Ordinal)
            : name.Equals(allowed, StringComparison.OrdinalIgnoreCase));
}
