using System.Globalization;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Finds the capture workers on this machine, whichever API owns them. On Linux it looks at every process, because no record that the API
/// keeps could be as reliable. On other systems it finds none, and a worker without an API ends only because its input ends.
/// </summary>
internal static class OrphanWorkers
{
    /// <summary>Returns the workers whose API has ended.</summary>
    public static IReadOnlyList<ProcessIdentity> Find() => [.. All().Where(worker => !worker.Owner.IsAlive).Select(worker => worker.Process)];

    /// <summary>Whether this process is a capture worker, whichever API owns it.</summary>
    public static bool IsWorker(int id) => OwnerOf(CommandLineOf($"/proc/{id}")) is not null;

    /// <summary>Whether this process is a camera API, which is responsible for its workers.</summary>
    public static bool IsApi(int id) =>
        CommandLineOf($"/proc/{id}") is var commandLine
        && Array.FindIndex(commandLine, word => Path.GetFileName(word) is WorkerCommand.Executable or WorkerCommand.Library) is 0 or 1
        && !commandLine.Contains(WorkerCommand.Name);

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
                ProcessIdentity.Of(id) is { } process)
            {
                yield return (process, owner);
            }
        }
    }

    /// <returns>The worker's owner, or null if this is not the command line of a capture worker.</returns>
    internal static ProcessIdentity? OwnerOf(string[] commandLine)
    {
        // The program is either the executable or `dotnet` with the library. The word before the command has our name in both cases.
        var command = Array.IndexOf(commandLine, WorkerCommand.Name);
        return command >= 1 && commandLine.Length > command + 2 &&
            Path.GetFileName(commandLine[command - 1]) is WorkerCommand.Executable or WorkerCommand.Library &&
            commandLine[command + 1] == WorkerCommand.OwnerOption &&
            ProcessIdentity.TryParse(commandLine[command + 2], out var owner)
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
