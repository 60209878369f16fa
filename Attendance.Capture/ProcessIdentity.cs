using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Attendance.Capture;

/// <summary>A process id and its start time. The id alone is not enough, because the system gives it to another process sooner or later.</summary>
/// <param name="StartTime">Clock ticks since boot on Linux, ticks of UTC elsewhere. Comparable on one machine only.</param>
internal readonly record struct ProcessIdentity(int Id, long StartTime)
{
    public static ProcessIdentity Current { get; } = Of(Environment.ProcessId)!.Value;

    public bool IsAlive => Of(Id) == this;

    /// <returns>
    /// The identity, or null if no such process runs. A process that only waits to be reaped does not count, because it has closed everything.
    /// </returns>
    public static ProcessIdentity? Of(int id) =>
        OperatingSystem.IsLinux() ? OfLinux(id) : OfElsewhere(id);

    /// <summary>Kills this process (SIGKILL), but not a later one that has the same id.</summary>
    /// <returns>Whether the process ended within <paramref name="patience"/>.</returns>
    public async Task<bool> KillAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.GetProcessById(Id);
            if (IsAlive)
            {
                process.Kill();
            }
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // The process has already ended.
        }

        for (var started = Stopwatch.GetTimestamp(); IsAlive; await Task.Delay(10, cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Parses text that <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ProcessIdentity? identity)
    {
        var parts = (text ?? "").Split(':');
        identity = parts.Length == 2 &&
            int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) &&
            long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var startTime)
                ? new(id, startTime)
                : null;
        return identity is not null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}:{StartTime}");

    /// <param name="stat">A line of <c>/proc/&lt;pid&gt;/stat</c>. The name in its second field may hold spaces, parentheses and line ends.</param>
    internal static ProcessIdentity? Parse(int id, string stat)
    {
        const int state = 0, startTime = 19; // fields 3 and 22 of the whole line
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > startTime && fields[state] is not ("Z" or "X")
            ? new(id, long.Parse(fields[startTime], CultureInfo.InvariantCulture))
            : null;
    }

    private static ProcessIdentity? OfLinux(int id)
    {
        try
        {
            return Parse(id, File.ReadAllText($"/proc/{id}/stat"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ProcessIdentity? OfElsewhere(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited ? null : new(id, process.StartTime.ToUniversalTime().Ticks);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
