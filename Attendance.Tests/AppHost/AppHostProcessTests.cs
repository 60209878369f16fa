using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Programs;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.AppHost;

/// <summary>Tests the AppHost as a process. The fault suite measures how soon everything is gone when it ends.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class AppHostProcessTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("attendance-home-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task What_was_written_is_there_after_an_AppHost_was_killed_and_nothing_printed_is_secret()
    {
        for (var count = 1; count <= 2; count++)
        {
            await using var host = new AppHostProcess(_home);
            await host.UpAsync();
            await using var redis = await ConnectionMultiplexer.ConnectAsync(host.VariableOf("Attendance.CameraApi", "ConnectionStrings__sessions"));
            Assert.Equal(count, await redis.GetDatabase().StringIncrementAsync("starts"));
            var file = Directory.EnumerateFiles(Path.Combine(_home.FullName, "data", "sessions"), "*", SearchOption.AllDirectories).ToList();
            Assert.NotEmpty(file);
            AssertNothingSecretIsPrinted(host);

            host.Kill(); // the next one starts while what this one started is still ending
            await host.ExitCodeAsync();
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_a_plain_message_before_anything_is_started()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var port = ((IPEndPoint)squatter.LocalEndpoint).Port;

        await using var host = new AppHostProcess(_home, "--DcpPublisher:RandomizePorts=false", $"--Sessions:Port={port}");

        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains($"Port {port} of 'sessions' is taken", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.Empty(host.Descendants());
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_asked_for_what_runs_on_this_machine()
    {
        using var proxy = new ListeningProxy();
        await using var host = new AppHostProcess(_home, proxy.Environment);
        await host.UpAsync();
        using var web = await host.OperatorAsync();
        using var cameras = await web.GetAsync(new Uri("/api/cameras", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, cameras.StatusCode);
        Assert.DoesNotContain(proxy.Asked, head => head.Contains("localhost", StringComparison.Ordinal) || head.Contains("127.0.0.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--Sessions:Server=no-such-server", "'no-such-server' was not found")]
    [InlineData("--DataDirectory=/proc/attendance", "/proc/attendance/sessions cannot be used")]
    public async Task A_store_that_cannot_start_is_told_on_the_console_and_nothing_else_starts(string argument, string message)
    {
        await using var host = new AppHostProcess(_home, argument);

        await Eventually.TrueAsync(() => host.Output.Contains(message, StringComparison.Ordinal), TimeSpan.FromSeconds(60), message, () => host.Output);

        Assert.DoesNotContain(host.Descendants(), pid => Processes.CommandLine(pid) is var command
            && (command.Contains("Attendance.CameraApi", StringComparison.Ordinal) || command.Contains("Attendance.Web", StringComparison.Ordinal)));
        host.Signal("TERM");
        Assert.Equal(0, await host.ExitCodeAsync());
    }

    [Theory]
    [InlineData("--nodes=many", "'nodes' is 'many'")]
    [InlineData("--Sessions:Port=70000", "Sessions:Port is '70000'")]
    [InlineData("--Database:Server=oracle", "Database:Server is 'oracle'")]
    public async Task A_wrong_setting_ends_it_with_a_message_that_names_the_key_and_the_value(string argument, string message)
    {
        await using var host = new AppHostProcess(_home, argument);

        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains(message, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_is_written_of_what_is_to_be_deployed_and_holds_no_secret()
    {
        var manifest = Path.Combine(_home.FullName, "manifest.json");
        await using var host = new AppHostProcess(_home, "--publisher", "manifest", "--output-path", manifest);

        Assert.True(await host.ExitCodeAsync() == 0, host.Output);

        var resources = JsonDocument.Parse(await File.ReadAllTextAsync(manifest, Cancel)).RootElement.GetProperty("resources");
        Assert.Superset(new HashSet<string> { "sessions", "camera-api", "web", "api-key", "data-key" }, resources.EnumerateObject().Select(resource => resource.Name).ToHashSet());
        foreach (var parameter in (string[])["api-key", "data-key", "admin-password"])
        {
            Assert.Equal($"{{{parameter}.inputs.value}}", resources.GetProperty(parameter).GetProperty("value").GetString());
        }

        Assert.Equal("{api-key.value}", resources.GetProperty("web").GetProperty("env").GetProperty("Security__ApiKey").GetString());
        Assert.DoesNotContain("ATTENDANCE_APPHOST_PID", resources.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("error", host.Output, StringComparison.OrdinalIgnoreCase);
    }

    private static void AssertNothingSecretIsPrinted(AppHostProcess host)
    {
        var secrets = JsonDocument.Parse(File.ReadAllText(host.Secrets)).RootElement;
        Assert.True(secrets.GetProperty("Parameters:api-key").GetString()!.Length >= 32);
        Assert.All(secrets.EnumerateObject(), secret => Assert.DoesNotContain(secret.Value.GetString()!, host.Output, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Secrets));
        }
    }
}
