namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// Lists the files that a process has open, from <c>/proc</c>. Linux only. Empty if the process has ended or this account may not
/// inspect it.
/// </summary>
internal static class OpenFiles
{
    /// <returns>The path of each descriptor below <c>/proc</c> and the target of its link; the target is null if it could not be read.</returns>
    public static IEnumerable<(string Descriptor, string? Target)> Of(int process)
    {
        string[] descriptors;
        try
        {
            descriptors = Directory.GetFileSystemEntries($"/proc/{process}/fd");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var descriptor in descriptors)
        {
            yield return (descriptor, TargetOf(descriptor));
        }
    }

    private static string? TargetOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // closed while we looked
        }
    }
}
