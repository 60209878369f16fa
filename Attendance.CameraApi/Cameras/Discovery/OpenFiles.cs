namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>What a process has open, as the kernel sees it. Linux only; empty for a process that ended, or that this account may not look into.</summary>
internal static class OpenFiles
{
    /// <returns>The descriptor's own path below <c>/proc</c>, and where it leads.</returns>
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
