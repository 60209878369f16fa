using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Attendance.CameraApi.Capture;

/// <summary>How a capture worker is started: this program again, with another first word.</summary>
internal static class WorkerCommand
{
    public const string Name = "capture";

    /// <summary>The process that the worker belongs to, as <see cref="ProcessIdentity"/> writes itself. Must come first: orphans are known by it.</summary>
    public const string OwnerOption = "--owner";

    public const string Executable = "Attendance.CameraApi";

    public const string Library = Executable + ".dll";

    /// <summary>A worker is told what it needs on standard input; of our environment it gets what a runtime needs, and no secret.</summary>
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

        // One camera's frames need one small heap, collected by who fills it. What a worker runs is little and always the same, so the runtime
        // need not watch it before it compiles it for speed; to compile that way from the start would let the first picture wait.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";

        // Native libraries read these when they are loaded, so they stand in the environment and are not set later.
        start.Environment["OPENCV_IO_MAX_IMAGE_PIXELS"] = maxPixels.ToString(CultureInfo.InvariantCulture);
        start.Environment["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] = "0"; // of Windows: with them, opening a device may take 20 s
        return start;
    }

    private static bool IsInherited(string name) =>
        s_inherited.Any(allowed => allowed[^1] == '_'
            ? name.StartsWith(allowed, StringComparison.Ordinal)
            : name.Equals(allowed, StringComparison.OrdinalIgnoreCase));
}
