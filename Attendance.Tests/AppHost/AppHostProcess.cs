using System.Diagnostics;
using System.Globalization;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.AppHost;

/// <summary>Runs the AppHost as a process, as users do, with ports, data and secrets of its own. Tests send it real signals.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private const string FirstPassword = "generated-for-the-first-admin";
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _home;
    private readonly ServerProcess _process;

    /// <param name="home">Its home folder. Every process that it starts inherits the variable, and is found by it.</param>
    public AppHostProcess(DirectoryInfo home, params string[] arguments) : this(home, [], arguments)
    {
    }

    public AppHostProcess(DirectoryInfo home, (string Name, string Value)[] environment, params string[] arguments)
    {
        _home = home;
        Dashboard = new Uri($"http://localhost:{ServerProcess.FreePort()}");
        var start = new ProcessStartInfo(BuiltProgram.PathOf("Attendance.AppHost"),
            [
                "--DcpPublisher:RandomizePorts=true", $"--DataDirectory={Path.Combine(home.FullName, "data")}",
                $"--Parameters:admin-password={FirstPassword}", "--Discovery:Enabled=false", .. arguments,
            ])
        {
            WorkingDirectory = home.FullName,
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = home.FullName,
            ["DOTNET_CLI_HOME"] = home.FullName,
            ["DOTNET_NOLOGO"] = "true",
            ["DOTNET_ROOT"] = BuiltProgram.DotnetRoot,
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["DOTNET_LAUNCH_PROFILE"] = "http",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = Dashboard.GetLeftPart(UriPartial.Authority),
            ["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true",
            ["ASPIRE_VERSION_CHECK_DISABLED"] = "true",
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = $"http://localhost:{ServerProcess.FreePort()}",
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = $"http://localhost:{ServerProcess.FreePort()}",
        })
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = ServerProcess.Start(start);
    }

    public string Output => _process.Output;

    public int Id => _process.Id;

    public Uri Dashboard { get; }

    /// <summary>The dashboard's address with the token that lets a browser in.</summary>
    public Uri DashboardLogin => new(Output.Split('\n').Select(line => line.Trim()).Last(line => line.Contains("/login?t=", StringComparison.Ordinal)).Split(' ')[^1]);

    /// <summary>Web's address, as it was printed.</summary>
    public Uri Web => new(Output.Split("Attendance is ready at ")[^1].Split('\n')[0].Trim());

    public string Secrets => Path.Combine(_home.FullName, ".microsoft", "usersecrets", "attendance-apphost", "secrets.json");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task UpAsync()
    {
        try
        {
            await Eventually.TrueAsync(() => !_process.IsRunning || Output.Contains("Attendance is ready at ", StringComparison.Ordinal), s_start, "the AppHost is up");
        }
        finally
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Output);
        }

        Assert.True(_process.IsRunning, Output);
    }

    public Task<SignIn> SignInAsync() => SignIn.AtAsync(Web, "admin", FirstPassword, AttendanceSystem.AdminPassword, Cancel);

    /// <summary>Web, as somebody who has signed in. The caller disposes of it.</summary>
    public async Task<HttpClient> OperatorAsync()
    {
        // Where a test beside it has Web in this process, requests would tell the service that their trace is not recorded.
        var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = Web };
        client.DefaultRequestHeaders.Add("Cookie", (await SignInAsync()).Header);
        return client;
    }

    /// <summary>All its descendants that run now. The orchestrator detaches from its parent, so they are recognized by their home folder.</summary>
    public IReadOnlyList<int> Descendants() => [.. Processes.All().Where(pid => pid != Id && VariablesOf(pid).Contains($"HOME={_home.FullName}"))];

    /// <summary>Those of its descendants that are Aspire's own; they hold no camera and no port of the system.</summary>
    public static IEnumerable<int> OfOrchestrator(IEnumerable<int> processes) =>
        processes.Where(pid => Path.GetFileName(Processes.CommandLine(pid).Split('\0')[0]) is "dcp");

    /// <summary>The process of a project, not the <c>dotnet run</c> that started it.</summary>
    public int ServiceOf(string project) => Descendants().Single(pid => Path.GetFileName(Processes.CommandLine(pid).Split('\0')[0]) == project);

    public string VariableOf(string project, string name) =>
        VariablesOf(ServiceOf(project)).First(variable => variable.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    public void Kill() => _process.Kill();

    public void Signal(string name) => Processes.Signal(Id, name);

    public Task<int> ExitCodeAsync() => _process.ExitAsync(s_start * 2);

    /// <summary>Ends what a failed test has left running.</summary>
    public async ValueTask DisposeAsync()
    {
        var left = Descendants();
        if (_process.IsRunning)
        {
            _process.Kill();
        }

        foreach (var pid in left.Where(Processes.IsAlive))
        {
            Processes.Signal(pid, "KILL");
        }

        await _process.DisposeAsync();
    }

    private static string[] VariablesOf(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ")).Split('\0');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // the process has just ended, or belongs to another user
        }
    }
}
