using System.Diagnostics;
using System.Globalization;
using Attendance.Benchmarks.Processes;

namespace Attendance.Benchmarks.Start;

/// <summary>An AppHost as developers start it, with its own ports, data and secrets, and all processes that run because of it.</summary>
internal sealed class RunningAppHost : IAsyncDisposable
{
    private const string Orchestrator = "dcp";
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_end = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly ChildProcess _process;
    private readonly DirectoryInfo _home;

    private RunningAppHost(ChildProcess process, DirectoryInfo home) => (_process, _home) = (process, home);

    /// <summary>The time from the start of the process until it said that all was healthy.</summary>
    public TimeSpan StartedIn { get; private set; }

    public int Pid => _process.Pid;

    /// <summary>Returns the AppHost and all that it has started. The orchestrator leaves its parent, but its arguments name it.</summary>
    public IReadOnlyList<int> Processes =>
    [
        .. ProcessUsage.Family(Pid),
        .. ProcessUsage.Named(Orchestrator)
            .Where(id => ProcessUsage.CommandLine(id).Skip(1).Take(3).SequenceEqual(["start-apiserver", "--monitor", Pid.ToString(CultureInfo.InvariantCulture)], StringComparer.Ordinal))
            .SelectMany(ProcessUsage.Family),
    ];

    /// <param name="program">The built AppHost.</param>
    /// <param name="ready">What it prints once everything is healthy.</param>
    /// <param name="arguments">Gets a folder for the data, and returns the arguments.</param>
    public static async Task<RunningAppHost> StartAsync(string program, string ready, Func<string, IEnumerable<string>> arguments, CancellationToken cancellationToken)
    {
        var home = Directory.CreateTempSubdirectory("attendance-benchmarks-");
        // A process that a script started in the background ignores SIGINT, and so do its children: not this one.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", program, "--DcpPublisher:RandomizePorts=true", .. arguments(Path.Combine(home.FullName, "data"))])
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
        var host = new RunningAppHost(ChildProcess.Start(start), home);
        try
        {
            await host._process.UntilAsync(() => Task.FromResult(host._process.Output.Contains(ready, StringComparison.Ordinal)), s_start, cancellationToken);
            host.StartedIn = Stopwatch.GetElapsedTime(began);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Interrupts it, as Ctrl+C does, and waits for all that runs because of it.</summary>
    /// <returns>How long the AppHost took to end, and how long until nothing of it ran any more.</returns>
    public async Task<(TimeSpan Own, TimeSpan All)> StopAsync(CancellationToken cancellationToken)
    {
        var all = Processes;
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(s_end);
        var began = Stopwatch.GetTimestamp();
        var own = await _process.InterruptAsync(bounded.Token);
        while (all.Any(ProcessUsage.Runs))
        {
            await Task.Delay(s_look, bounded.Token);
        }

        return (own, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Stops it if it still runs, in the same way: what it has started would outlive a kill by some seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync(CancellationToken.None);
        }

        await _process.DisposeAsync();
        _home.Delete(recursive: true);
    }

    private static string Address() => $"http://localhost:{ChildProcess.FreePort()}";
}
