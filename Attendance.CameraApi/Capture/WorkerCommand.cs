using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Attendance.CameraApi.Capture;

/// <summary>The command that starts a capture worker, which lies in a folder beside this program.</summary>
internal static class WorkerCommand
{
    private const string Folder = "worker";

    private static readonly string s_home = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;

    /// <summary>
    /// The environment variables that a worker inherits: those that a runtime needs, and no secret. A worker gets everything else that it
    /// needs on standard input. A name that ends in an underscore is a prefix.
    /// </summary>
    private static readonly string[] s_inherited =
    [
        "PATH", "HOME", "USER", "LANG", "LC_", "TZ", "TMPDIR", "TEMP", "TMP", "LD_", "DYLD_", "DOTNET_", "OPENCV_", "SSL_CERT_",
        "SystemRoot", "SystemDrive", "windir", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles", "PATHEXT", "NUMBER_OF_PROCESSORS",
    ];

    /// <summary>The beginnings of variables that tune this process. The worker's own project file says what is good for a worker.</summary>
    private static readonly string[] s_tuning = ["DOTNET_gc", "DOTNET_Tiered"];

    /// <summary>Returns the worker's executable, or its library, which <c>dotnet</c> runs, if there is no executable.</summary>
    /// <exception cref="FileNotFoundException">There is neither. The message names the file.</exception>
    public static string Find() => Find(s_home);

    /// <param name="maxPixels">See <see cref="CaptureOptions.MaxPixels"/>.</param>
    /// <exception cref="FileNotFoundException">The worker's program is missing.</exception>
    public static ProcessStartInfo StartInfo(int maxPixels = CaptureProtocol.DefaultMaxPixels)
    {
        var program = Find();
        var start = program.EndsWith(WorkerProgram.Library, StringComparison.Ordinal) ? new ProcessStartInfo(Runtime, [program]) : new ProcessStartInfo(program);
        start.ArgumentList.Add(WorkerProgram.OwnerOption);
        start.ArgumentList.Add(ProcessIdentity.Current.ToString());
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        foreach (var name in start.Environment.Keys.Where(name => !IsInherited(name)).ToList())
        {
            start.Environment.Remove(name);
        }

        // Native libraries read these variables when they are loaded, so they must be in the environment from the start.
        start.Environment["OPENCV_IO_MAX_IMAGE_PIXELS"] = maxPixels.ToString(CultureInfo.InvariantCulture);
        start.Environment["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] = "0"; // on Windows, opening a device may take 20 s with hardware transforms
        return start;
    }

    /// <param name="home">The folder of the API's own program.</param>
    internal static string Find(string home)
    {
        string[] programs = [OperatingSystem.IsWindows() ? WorkerProgram.Name + ".exe" : WorkerProgram.Name, WorkerProgram.Library];
        return programs.Select(program => Path.Combine(home, Folder, program)).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            $"The capture worker's program '{Folder}/{WorkerProgram.Name}' is missing beside the camera API. Install the camera API again, with its folder '{Folder}'.");
    }

    /// <summary>The <c>dotnet</c> that runs this process, if it is one that was started with it.</summary>
    private static string Runtime => Environment.ProcessPath is { } program && Path.GetFileNameWithoutExtension(program) == "dotnet" ? program : "dotnet";

    private static bool IsInherited(string name) =>
        !s_tuning.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) &&
        s_inherited.Any(allowed => allowed[^1] == '_'
            ? name.StartsWith(allowed, StringComparison.Ordinal)
            : name.Equals(allowed, StringComparison.OrdinalIgnoreCase));
}
