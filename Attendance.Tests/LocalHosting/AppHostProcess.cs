using System.Collections.Concurrent;
using System.Diagnostics;
using Attendance.Tests.Web;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

/// <summary>The real AppHost as a process, with ports, data and secrets of its own.</summary>
internal sealed class AppHostProcess : IDisposable
{
    private const string FirstPassword = "generated-for-the-first-admin";

    private readonly DirectoryInfo _home;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];

    public AppHostProcess(DirectoryInfo home, params string[] arguments)
    {
        _home = home;
        var start = new ProcessStartInfo(Executable(),
            [
                "--DcpPublisher:RandomizePorts=true", $"--DataDirectory={Path.Combine(home.FullName, "data")}",
                $"--Parameters:admin-password={FirstPassword}", .. arguments,
            ])
        {
            WorkingDirectory = home.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = home.FullName;
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["DOTNET_ROOT"] =
            Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _output);

    public string Secrets => Path.Combine(_home.FullName, ".microsoft", "usersecrets", "attendance-apphost", "secrets.json");

    /// <summary>Also where to go has been said, which comes after it.</summary>
    public Task<TimeSpan> UpAsync() => UntilAsync(
        () => Output.Contains("All is up", StringComparison.Ordinal) && Output.Contains("\n  web: http", StringComparison.Ordinal), TimeSpan.FromSeconds(60), "everything up, instead of:\n" + Output);

    /// <summary>Web, once it is up, as those may use it who are signed in. The caller disposes of it.</summary>
    public async Task<HttpClient> OperatorAsync()
    {
        var web = new Uri(Output.Split("web: ")[^1].Split('\n')[0].Trim());
        var signIn = await SignIn.AtAsync(web, "admin", FirstPassword, "a password of one's own", Cancel);
        var client = new HttpClient { BaseAddress = web };
        client.DefaultRequestHeaders.Add("Cookie", signIn.Header);
        return client;
    }

    /// <summary>Every process that it started, and that those started, at this moment.</summary>
    public IReadOnlyList<int> Descendants()
    {
        var parents = Process.GetProcesses().Select(process => (process.Id, Parent: ParentOf(process.Id))).ToList();
        var found = new List<int> { _process.Id };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(parents.Where(process => process.Parent == found[i]).Select(process => process.Id));
        }

        return found[1..];
    }

    public string VariableOfAChild(string name) => Descendants()
        .SelectMany(process => File.ReadAllText($"/proc/{process}/environ").Split('\0'))
        .First(variable => variable.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    public void Kill() => _process.Kill();

    public void Signal(string name)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync(Cancel);
        return _process.ExitCode;
    }

    /// <summary>What a failed test leaves ends here; its children notice.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static int ParentOf(int processId)
    {
        try
        {
            return int.Parse(File.ReadAllText($"/proc/{processId}/stat").Split(')')[^1].Split(' ')[2], null);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Its own output, not the copy beside the tests: artifacts/bin/Attendance.AppHost/debug.</summary>
    private static string Executable()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(here.Parent!.Parent!.FullName, "Attendance.AppHost", here.Name, "Attendance.AppHost");
        Assert.True(File.Exists(path), $"{path} is not built.");
        return path;
    }
}
