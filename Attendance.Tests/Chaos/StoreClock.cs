using Attendance.Tests.Programs;

namespace Attendance.Tests.Chaos;

/// <summary>
/// A redis-server whose clock can be moved while it runs: libfaketime answers its requests for the time from a file.
/// </summary>
internal sealed class StoreClock : IDisposable
{
    private readonly ProgramClock _clock;

    private StoreClock(ProgramClock clock)
    {
        _clock = clock;

        // libc before redis-server's own allocator, which asks for the time before libfaketime is ready to answer.
        var libc = Path.Combine(Path.GetDirectoryName(clock.Library)!, "..", "libc.so.6");
        File.WriteAllText(Command, $"""
            #!/bin/sh
            exec env LD_PRELOAD="{clock.Library} {libc}" {string.Join(' ', clock.Environment.Select(each => $"{each.Key}=\"{each.Value}\""))} redis-server "$@"

            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The program for <c>Sessions:Server</c>.</summary>
    public string Command => Path.Combine(_clock.Folder, "redis-server");

    /// <returns>Null where libfaketime is not installed.</returns>
    public static StoreClock? Create() => ProgramClock.Create() is { } clock ? new StoreClock(clock) : null;

    /// <summary>Sets how far the store's clock is ahead of this machine's.</summary>
    public void Set(TimeSpan offset) => _clock.Set(offset);

    public void Dispose() => _clock.Dispose();
}
