using System.Globalization;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Finds the capture workers on this machine, whichever API owns them. On Linux it looks at every process, because no record that the API
/// keeps could be as reliable. On other systems it finds none, and a worker without an API ends only because its input ends.
/// </summary>
internal static class OrphanWorkers
{
    private const string Api = "Attendance.CameraApi";

    /// <summary>Returns the workers whose API has ended.</summary>
    public static IReadOnlyList<ProcessIdentity> Find() => [.. All().Where(worker => !worker.Owner.IsAlive).Select(worker => worker.Process)];

    /// <summary>Whether this process is a capture worker, whichever API owns it.</summary>
    public static bool IsWorker(int id) => OwnerOf(CommandLineOf($"/proc/{id}")) is not null;

    /// <summary>Whether this process is a camera API, which is responsible for its workers.</summary>
    public static bool IsApi(int id) =>
        CommandLineOf($"/proc/{id}") is var commandLine
        && Array.FindIndex(commandLine, word => Path.GetFileName(word) is Api or Api + ".dll") is 0 or 1;

    public static IEnumerable<(ProcessIdentity Process, ProcessIdentity Owner)> All()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) &&
                OwnerOf(CommandLineOf(directory)) is { } owner &&
                IsOfOurs(directory) &&
                ProcessIdentity.Of(id) is { } process)
            {
                yield return (process, owner);
            }
        }
    }

    /// <summary>
    /// Whether a process is in the same PID namespace as this one. A container's workers are seen from outside it, but what they name as their owner is another
    /// process there.
    /// </summary>
    private static bool IsOfOurs(string directory)
    {
        try
        {
            return File.ReadLines(directory + "/status").FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal)) is not { } ids || ids.Split('\t').Length == 2; // one id for each namespace
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <returns>The worker's owner, or null if this is not the command line of a capture worker.</returns>
    internal static ProcessIdentity? OwnerOf(string[] commandLine)
    {
        // The program is either the executable or `dotnet` with the library. The word before the option has the worker's name in both cases.
        var option = Array.IndexOf(commandLine, WorkerProgram.OwnerOption);
        return option >= 1 && commandLine.Length > option + 1 &&
            Path.GetFileName(commandLine[option - 1]) is WorkerProgram.Name or WorkerProgram.Library &&
            ProcessIdentity.TryParse(commandLine[option + 1], out var owner)
                ? owner
                : null;
    }

    private static string[] CommandLineOf(string directory)
    {
        try
        {
            return File.ReadAllText(directory + "/cmdline").TrimEnd('\0').Split('\0');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
