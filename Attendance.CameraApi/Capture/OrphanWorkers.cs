using System.Globalization;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// Capture workers on this machine, whosever they are. On Linux every process is looked at: no record of ours could be as
/// true as that. Elsewhere none are found; there a worker's end of input is all that ends it.
/// </summary>
internal static class OrphanWorkers
{
    /// <summary>Those whose API is gone.</summary>
    public static IReadOnlyList<ProcessIdentity> Find() => [.. All().Where(worker => !worker.Owner.IsAlive).Select(worker => worker.Process)];

    /// <summary>Whether this process is a capture worker, whoever owns it.</summary>
    public static bool IsWorker(int id) => OwnerOf(CommandLineOf($"/proc/{id}")) is not null;

    /// <summary>Whether this process is a camera API, and so answers for its workers.</summary>
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

    /// <returns>Null where it is not the command line of a capture worker.</returns>
    internal static ProcessIdentity? OwnerOf(string[] commandLine)
    {
        // The executable itself, or `dotnet` and our library: what precedes the command has our name either way.
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
