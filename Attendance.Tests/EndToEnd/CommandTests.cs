using System.Diagnostics;
using Attendance.CameraApi.Capture;
using Attendance.ServiceDefaults;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>The commands as ops run them: other processes than the one that holds the cameras.</summary>
[Trait("Suite", "EndToEnd")]
[Collection(SharedSystem.Name)]
public sealed class CommandTests(SharedSystem shared) : IAsyncDisposable
{
    private const string Session = "camera_123456789_abc123";
    private readonly AttendanceSystem _system = shared.System;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _system.ReleaseAllAsync();

    [Fact]
    public async Task List_cameras_shows_each_with_its_state()
    {
        await _system.AcquireAsync("demo", Session);

        var (exitCode, output, _) = await RunAsync("list-cameras", "--url", Url);

        Assert.Equal(0, exitCode);
        Assert.Matches(@"demo +Demo camera +test_pattern +held", output);
    }

    [Fact]
    public async Task An_invalid_url_is_reported_in_one_line()
    {
        var (exitCode, _, errors) = await RunAsync("list-cameras", "--url", "nonsense");

        Assert.Equal((1, "'--url nonsense' must be an http or https address."), (exitCode, errors.Trim()));
    }

    [Fact]
    public async Task List_cameras_shows_what_is_configured_where_no_API_runs()
    {
        var (exitCode, output, errors) = await RunAsync(
            ["list-cameras", "--url", "http://127.0.0.1:1"],
            TestSecrets.ApiKey,
            ("Cameras__front__Source", "rtsp://user:pass@127.0.0.1/stream"));

        Assert.Equal(0, exitCode);
        Assert.Matches("front +front +network +present", output);
        Assert.Contains("No API answers", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_shown_the_key()
    {
        using var proxy = new ListeningProxy();

        var (exitCode, output, _) = await RunAsync(["list-cameras", "--url", Url], TestSecrets.ApiKey, proxy.Environment);

        Assert.Equal(0, exitCode);
        Assert.Contains("demo", output, StringComparison.Ordinal);
        Assert.Empty(proxy.Asked);
    }

    [Fact]
    public async Task It_tells_its_version()
    {
        var (code, output, _) = await RunAsync("--version");

        Assert.Equal((0, ProductVersion.Text), (code, output.Trim()));
    }

    [Fact]
    public async Task A_wrong_setting_is_named()
    {
        var (exitCode, _, errors) = await RunAsync(
            ["list-cameras", "--url", "http://127.0.0.1:1"], TestSecrets.ApiKey, ("Cameras__front__Source", "carrier pigeon"));

        Assert.Equal(1, exitCode);
        Assert.Contains("Cameras:front:Source", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleanup_leaves_what_is_in_use_and_by_force_takes_it()
    {
        await _system.AcquireAsync("demo", Session);

        Assert.Equal((0, "Nothing to release."), Short(await RunAsync("cleanup-cameras", "--url", Url)));
        Assert.Equal("held", await _system.StateAsync("demo"));

        var dry = await RunAsync("cleanup-cameras", "--force", "--dry-run", "--url", Url);
        Assert.Equal(1, dry.ExitCode);
        Assert.Matches("demo +would be released +forced", dry.Output);
        Assert.Equal("held", await _system.StateAsync("demo"));

        var forced = await RunAsync("cleanup-cameras", "--force", "--url", Url);
        Assert.Equal(0, forced.ExitCode);
        Assert.Matches("demo +released +forced", forced.Output);
        Assert.Equal("available", await _system.StateAsync("demo"));
    }

    [Fact]
    public async Task With_the_wrong_key_it_says_so_and_fails()
    {
        await _system.AcquireAsync("demo", Session);

        var (exitCode, _, errors) = await RunAsync(["cleanup-cameras", "--force", "--url", Url], key: "not the key, but long enough");

        Assert.Equal(1, exitCode);
        Assert.Contains("Security__ApiKey", errors, StringComparison.Ordinal);
        Assert.Equal("held", await _system.StateAsync("demo"));
    }

    [Fact]
    public async Task Where_no_API_runs_orphan_workers_are_ended()
    {
        // An API that starts at this moment, for another test, ends orphans as well; then there is nothing left to find.
        for (var attempt = 1; ; attempt++)
        {
            using var orphan = await OrphanAsync();

            var (exitCode, output, _) = await RunAsync("cleanup-cameras", "--url", "http://127.0.0.1:1");

            Assert.Equal(0, exitCode);
            await orphan.WaitForExitAsync(Cancel);
            if (output.Contains($"worker {orphan.Id}", StringComparison.Ordinal))
            {
                return;
            }

            Assert.True(attempt < 20, $"It is not in the table: {output}");
        }
    }

    /// <summary>A worker whose owner is gone and which does not notice by itself.</summary>
    private static async Task<Process> OrphanAsync()
    {
        using var owner = Process.Start(new ProcessStartInfo("/bin/sleep", "60"))!;
        var worker = Process.Start(new ProcessStartInfo(WorkerCommand.Find(), [WorkerProgram.OwnerOption, ProcessIdentity.Of(owner.Id)!.Value.ToString()])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Processes.Signal(worker.Id, "STOP");
        owner.Kill();
        await owner.WaitForExitAsync(Cancel);
        return worker;
    }

    private string Url => _system.Api.BaseAddress!.ToString();

    private static string Program => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Attendance.CameraApi.exe" : "Attendance.CameraApi");

    private static (int, string) Short((int ExitCode, string Output, string Errors) run) => (run.ExitCode, run.Output.Trim());

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => RunAsync(arguments, TestSecrets.ApiKey);

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string[] arguments, string key, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Security__ApiKey"] = key;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        bound.CancelAfter(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(bound.Token);
        return (process.ExitCode, await output, await errors);
    }
}
