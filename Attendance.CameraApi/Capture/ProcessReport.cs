namespace Attendance.CameraApi.Capture;

/// <summary>Describes what the kernel shows of a process that does not end, to help people find out why.</summary>
internal static class ProcessReport
{
    public static string Describe(int pid)
    {
        if (!OperatingSystem.IsLinux())
        {
            return $"Worker {pid} does not end.";
        }

        if (ProcessIdentity.Of(pid) is null)
        {
            return $"Worker {pid} is gone, but something that it started still has its output open.";
        }

        var state = Read(pid, "status")?.Split('\n').FirstOrDefault(line => line.StartsWith("State:", StringComparison.Ordinal))?[6..].Trim();
        var channel = Read(pid, "wchan");
        var stack = Read(pid, "stack")?.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(8).Select(line => line.Trim());
        return $"Worker {pid} does not end: state {state ?? "unknown"}, waits in {channel ?? "unknown"}"
            + (stack is null ? "." : $", kernel stack {string.Join(" < ", stack)}.");
    }

    private static string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}") is { Length: > 0 } text ? text : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // the process has ended meanwhile, or only root may read the file
        }
    }
}
