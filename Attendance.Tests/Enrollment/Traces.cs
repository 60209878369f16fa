namespace Attendance.Tests.Enrollment;

/// <summary>Searches files for remains of a person, including files that a database has open.</summary>
internal static class Traces
{
    /// <summary>The session store's lock is left out: it is empty, and nobody else may open it.</summary>
    public static bool AreIn(string folder, byte[] trace) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) is not "store.lock")
        .Any(file => Holds(file, trace));

    /// <summary>Searches the files of a folder that others use as well, but not its folders and pipes. A file that goes meanwhile has no traces any more.</summary>
    public static bool AreBeside(string folder, byte[] trace) => Directory.EnumerateFiles(folder).Any(file =>
    {
        try
        {
            return new FileInfo(file).Length > 0 && Holds(file, trace); // to open a pipe waits for whoever writes to it
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private static bool Holds(string file, byte[] trace)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var all = new MemoryStream();
        stream.CopyTo(all); // the file may grow while it is read
        return all.ToArray().AsSpan().IndexOf(trace) >= 0;
    }
}
