using System.Diagnostics;
using Attendance.Benchmarks.Processes;

namespace Attendance.Benchmarks.Start;

/// <summary>The AppHost as developers start it, with its own ports, data and secrets.</summary>
internal static class AppHostServer
{
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(1);

    /// <summary>The built AppHost, in artifacts/bin/Attendance.AppHost/release.</summary>
    private static string Program
    {
        get
        {
            var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(here.Parent!.Parent!.FullName, "Attendance.AppHost", here.Name, "Attendance.AppHost");
        }
    }

    public static string? Missing() => File.Exists(Program) ? null : "the AppHost is not built in this configuration.";

    /// <returns>How long it took until all was up. What it started has ended by then.</returns>
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
                    ["DOTNET_CLI_HOME"] = home.FullName,
                    ["DOTNET_ENVIRONMENT"] = "Development",
                    ["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true",
                    ["ASPIRE_VERSION_CHECK_DISABLED"] = "true",
                    ["ASPNETCORE_URLS"] = Address(),
                    ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = Address(),
                    ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = Address(),
                    ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../..")),
                },
            };
            var began = Stopwatch.GetTimestamp();
            await using var process = ChildProcess.Start(start);
            await process.UntilAsync(
                () => Task.FromResult(process.Output.Contains("Attendance is ready at ", StringComparison.Ordinal)), s_start, cancellationToken);
            var took = Stopwatch.GetElapsedTime(began);

            // By its own way: what it started would outlive a kill by some seconds.
            using var stop = System.Diagnostics.Process.Start("/bin/kill", ["-TERM", process.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(cancellationToken);
            return took;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static string Address() => $"http://localhost:{ChildProcess.FreePort()}";
}
