using System.Reflection;

namespace Attendance.Tests;

/// <summary>Finds the files of the repository. The path is recorded by the build, because in a release build the compiler's source paths are not real ones.</summary>
internal static class Repository
{
    private static readonly string s_tests =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "SourceFolder").Value!;

    /// <param name="path">The path from the root of the repository.</param>
    public static string PathOf(params string[] path) => Path.GetFullPath(Path.Combine([s_tests, "..", .. path]));
}
