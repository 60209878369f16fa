using System.Diagnostics;
using System.Globalization;

namespace Attendance.Tests.Programs;

/// <summary>Reads processes from the kernel.</summary>
internal static class Processes
{
    /// <summary>Returns the capture workers of the API with this process id.</summary>
    public static IReadOnlyList<int> WorkersOf(int apiProcess) =>
        [.. All().Where(pid => CommandLine(pid).Contains($"{WorkerProgram.Name}\0{WorkerProgram.OwnerOption}\0{apiProcess}:", StringComparison.Ordinal))];

    /// <summary>Returns the processes for WebRTC of the API with this process id: one, once somebody has published or watched.</summary>
    public static IReadOnlyList<int> WebRtcOf(int apiProcess) => [.. ChildrenOf(apiProcess).Where(pid => CommandLine(pid).Contains("peers.js", StringComparison.Ordinal))];

    public static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    public static bool IsAlive(int pid)
    {
        try
        {
            // One that only waits to be reaped has nothing open any more, once the last of its threads has ended.
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart()[0] is not ('Z' or 'X')
                || Directory.EnumerateDirectories($"/proc/{pid}/task").Skip(1).Any();
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Returns the time since the process was started.</summary>
    public static TimeSpan AgeOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return DateTime.Now - process.StartTime;
    }

    public static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public static IEnumerable<int> ChildrenOf(int pid) => All().Where(other => ParentOf(other) == pid);

    public static int ParentOf(int pid)
    {
        try
        {
            return int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ')[2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
