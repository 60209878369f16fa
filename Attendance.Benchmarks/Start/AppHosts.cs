using System.Diagnostics;
using Attendance.Benchmarks.Processes;

namespace Attendance.Benchmarks.Start;

/// <summary>Our AppHost, and the sample beside which it is measured: Aspire's starter application, of the same version.</summary>
internal static class AppHosts
{
    public const string Ours = "Attendance.AppHost";

    private const string Sample = "Sample.AppHost", Store = "Attendance.SessionStore";

    /// <summary>The folder of the built projects, artifacts/bin, and the configuration that they are built in.</summary>
    private static (string Folder, string Configuration) Built
    {
        get
        {
            var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return (here.Parent!.Parent!.FullName, here.Name);
        }
    }

    public static string? Missing() => File.Exists(Program(Ours)) ? null : "the AppHost is not built in this configuration.";

    public static Task<RunningAppHost> StartOursAsync(CancellationToken cancellationToken, params string[] arguments) => RunningAppHost.StartAsync(
        Program(Ours), "Attendance is ready at ", data => [$"--DataDirectory={data}", "--Discovery:Enabled=false", .. arguments], cancellationToken);

    /// <remarks><see cref="BuildSampleAsync"/> comes first.</remarks>
    public static Task<RunningAppHost> StartSampleAsync(CancellationToken cancellationToken) => RunningAppHost.StartAsync(
        Program(Sample), "The sample is ready", data => [$"--Store={Program(Store)}", $"--StoreFolder={data}"], cancellationToken);

    /// <summary>Builds the sample, which is in no solution, where everything else is built.</summary>
    public static async Task BuildSampleAsync(CancellationToken cancellationToken)
    {
        var project = Path.Combine(Runner.Repository(), "Attendance.Benchmarks", "Start", "Sample", "AppHost");
        // No servers of the compiler stay behind: they would be there while others are measured.
        await using var build = ChildProcess.Start(new ProcessStartInfo("dotnet", ["build", project, "-c", Built.Configuration, "-v", "q", "-nodeReuse:false", "-p:UseSharedCompilation=false"]));
        await build.WaitForExitAsync(cancellationToken);
        if (build.ExitCode != 0)
        {
            throw new InvalidOperationException($"The sample does not build:\n{build.Output}");
        }
    }

    private static string Program(string project) => Path.Combine(Built.Folder, project, Built.Configuration, project);
}
