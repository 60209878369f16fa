using System.Diagnostics;
using Attendance.Benchmarks.Processes;

namespace Attendance.Benchmarks.Start;

/// <summary>The AppHost as developers start it, with ports, data and secrets of its own.</summary>
internal static class AppHostServer
{
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(1);

    /// <summary>Built along with the benchmarks, in a folder of its own: artifacts/bin/Attendance.AppHost/release.</summary>
    private static string Program
    {
        get
        {
            var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(here.Parent!.Parent!.FullName, "Attendance.AppHost", here.Name, "Attendance.AppHost");
        }
    }

    /// <summary>On Aspire the AppHost needs its orchestrator and a container engine, which say nothing of us.</summary>
    public static string? Missing() =>
        !File.Exists(Program) ? "the AppHost is not built in this configuration."
        : !File.Exists(Path.Combine(Path.GetDirectoryName(Program)!, "Attendance.LocalHosting.dll")) ? "the AppHost is built on Aspire, not on its stand-in."
        : null;

    /// <returns>How long it took until all was up. It and its children are gone by then.</returns>
    public static async Task<TimeSpan> StartAsync(CancellationToken cancellationToken)
    {
        var home = Directory.CreateTempSubdirectory("attendance-benchmarks-");
        try
        {
            var start = new ProcessStartInfo(
                Program, ["--DcpPublisher:RandomizePorts=true", $"--DataDirectory={Path.Combine(home.FullName, "data")}", "--Discovery:Enabled=false"])
            {
                WorkingDirectory = home.FullName,
                Environment =
                {
                    ["HOME"] = home.FullName,
                    ["DOTNET_ENVIRONMENT"] = "Development",
                    ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../..")),
                },
            };
            var began = Stopwatch.GetTimestamp();
            await using var process = ChildProcess.Start(start);
            await process.UntilAsync(
                () => Task.FromResult(process.Output.Contains("All is up", StringComparison.Ordinal)), s_start, cancellationToken);
            return Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }
}
