using System.Globalization;

namespace Attendance.Tests.Programs;

/// <summary>
/// The clock of a program, which can be moved while the program runs: libfaketime answers its requests for the time, and reads the offset from
/// a file. The monotonic clock stays the kernel's.
/// </summary>
internal sealed class ProgramClock : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-clock-");

    private ProgramClock(string library)
    {
        Library = library;
        Set(TimeSpan.Zero);
    }

    /// <summary>The path of libfaketime, which the program must load first.</summary>
    public string Library { get; }

    /// <summary>A folder that goes with this clock.</summary>
    public string Folder => _folder.FullName;

    /// <summary>What the program must find in its environment, besides <c>LD_PRELOAD</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["FAKETIME_TIMESTAMP_FILE"] = Offset, ["FAKETIME_NO_CACHE"] = "1", ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1", ["NO_FAKE_STAT"] = "1",
    };

    private string Offset => Path.Combine(Folder, "offset");

    /// <returns>Null where libfaketime is not installed.</returns>
    public static ProgramClock? Create() =>
        Directory.Exists("/usr/lib") && Directory.EnumerateDirectories("/usr/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists) is { } library
            ? new ProgramClock(library)
            : null;

    /// <summary>Sets how far it is ahead of this machine's clock.</summary>
    public void Set(TimeSpan offset)
    {
        File.WriteAllText(Offset + ".new", offset.TotalSeconds.ToString("+0;-0;+0", CultureInfo.InvariantCulture));
        File.Move(Offset + ".new", Offset, overwrite: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
