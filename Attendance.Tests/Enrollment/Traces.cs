namespace Attendance.Tests.Enrollment;

/// <summary>What is left of somebody in files, also in those that a database has open.</summary>
internal static class Traces
{
    public static bool AreIn(string folder, byte[] trace) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var all = new MemoryStream();
        stream.CopyTo(all); // it may grow while it is read
        return all.ToArray().AsSpan().IndexOf(trace) >= 0;
    });
}
