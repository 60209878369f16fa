using Xunit;

namespace Attendance.Tests;

/// <summary>Programs of the solution that tests start as processes, out of their own output folders.</summary>
internal static class BuiltProgram
{
    /// <summary>The runtime that runs the tests runs the programs too.</summary>
    public static string DotnetRoot { get; } =
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));

    /// <param name="project">Attendance.AppHost, say: <c>artifacts/bin/Attendance.AppHost/debug/Attendance.AppHost</c>.</param>
    public static string PathOf(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, project);
        Assert.True(File.Exists(path), $"{path} is not built.");
        return path;
    }
}
