using System.Reflection;

namespace Attendance.Tests;

/// <summary>The files from which this was built, by a path that a build for release does not have in its sources' own.</summary>
internal static class Repository
{
    private static readonly string s_tests =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "SourceFolder").Value!;

    /// <param name="path">From the root.</param>
    public static string PathOf(params string[] path) => Path.GetFullPath(Path.Combine([s_tests, "..", .. path]));
}
