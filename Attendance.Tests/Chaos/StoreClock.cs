using System.Globalization;

namespace Attendance.Tests.Chaos;

/// <summary>
/// A redis-server whose clock can be moved while it runs: libfaketime answers its requests for the time from a file.
/// </summary>
internal sealed class StoreClock : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-clock-");

    private StoreClock(string faketime)
    {
        Set(TimeSpan.Zero);

        // libc before redis-server's own allocator, which asks for the time before libfaketime is ready to answer.
        var libc = Path.Combine(Path.GetDirectoryName(faketime)!, "..", "libc.so.6");
        File.WriteAllText(Command, $"""
            #!/bin/sh
            exec env LD_PRELOAD="{faketime} {libc}" FAKETIME_TIMESTAMP_FILE="{Offset}" FAKETIME_NO_CACHE=1 \
              FAKETIME_DONT_FAKE_MONOTONIC=1 redis-server "$@"

            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The program for <c>Sessions:Server</c>.</summary>
    public string Command => Path.Combine(_folder.FullName, "redis-server");

    private string Offset => Path.Combine(_folder.FullName, "offset");

    /// <returns>Null where libfaketime is not installed.</returns>
    public static StoreClock? Create() =>
        Directory.Exists("/usr/lib") && Directory.EnumerateDirectories("/usr/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists) is { } faketime
            ? new StoreClock(faketime)
            : null;

    /// <summary>Sets how far the store's clock is ahead of this machine's.</summary>
    public void Set(TimeSpan offset)
    {
        File.WriteAllText(Offset + ".new", offset.TotalSeconds.ToString("+0;-0;+0", CultureInfo.InvariantCulture));
        File.Move(Offset + ".new", Offset, overwrite: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
