using System.Diagnostics;

namespace Attendance.SessionStore;

/// <summary>
/// The data folder. Only one store may use it at a time, because two that append to the same file would corrupt it. A store whose parent
/// was killed keeps running for some seconds, so the next one waits that long.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly FileStream? _lock;

    private DataFolder(FileStream? held) => _lock = held;

    /// <exception cref="InvalidOperationException">The folder cannot be created, written to or locked. The message names it.</exception>
    public static async Task<DataFolder> OpenAsync(string? folder)
    {
        if (folder is null)
        {
            return new DataFolder(null);
        }

        var path = Path.Combine(folder, "store.lock");
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(s_pause))
            {
                try
                {
                    return new DataFolder(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
                }
                catch (IOException) when (File.Exists(path) && Stopwatch.GetElapsedTime(started) < s_patience)
                {
                    // The previous store has not ended yet.
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InvalidOperationException($"The data folder {folder} cannot be used: {error.Message}", error);
        }
    }

    public void Dispose() => _lock?.Dispose();
}
