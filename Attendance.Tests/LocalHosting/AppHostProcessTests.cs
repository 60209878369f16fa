using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using StackExchange.Redis;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

/// <summary>The AppHost as its users meet it: a process that gets real signals.</summary>
public sealed class AppHostProcessTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("attendance-home-");

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_stops_everything_in_order_and_the_exit_code_is_0(string signal)
    {
        using var host = new AppHostProcess(_home);
        await host.UpAsync();
        var children = host.Descendants();
        Assert.NotEmpty(children);

        host.Signal(signal);
        await Task.Delay(50, Cancel);
        host.Signal(signal); // somebody impatient

        Assert.Equal(0, await host.ExitCodeAsync());
        Assert.All(children, child => Assert.False(IsAlive(child)));
        Assert.True(
            host.Output.IndexOf("web        | Exited with code 0", StringComparison.Ordinal)
            < host.Output.IndexOf("camera-api | Exited with code 0", StringComparison.Ordinal), host.Output);
    }

    [Theory]
    [InlineData("--Redis:Command=")]
    [InlineData("--Redis:Command=redis-server")]
    public async Task Nothing_outlives_an_AppHost_that_is_killed(string store)
    {
        using var host = new AppHostProcess(_home, store);
        await host.UpAsync();
        var children = host.Descendants();
        Assert.True(children.Count >= 2);
        Assert.All(children, child => Assert.True(IsAlive(child)));

        host.Kill();
        await host.ExitCodeAsync();

        await UntilAsync(() => !children.Any(IsAlive), TimeSpan.FromSeconds(10), "no process left");
    }

    [Fact]
    public async Task What_was_written_is_there_after_an_AppHost_was_killed()
    {
        for (var count = 1; count <= 3; count++)
        {
            using var host = new AppHostProcess(_home);
            await host.UpAsync();
            await using var redis = await ConnectionMultiplexer.ConnectAsync(host.VariableOfAChild("ConnectionStrings__sessions"));
            Assert.Equal(count, await redis.GetDatabase().StringIncrementAsync("starts"));
            await Task.Delay(200, Cancel); // a write is on its way to the file when it is answered, not yet there

            host.Kill();
            await host.ExitCodeAsync();
        }
    }

    [Fact]
    public async Task The_first_line_says_which_engine_runs_and_no_line_shows_a_secret()
    {
        using var host = new AppHostProcess(_home);
        await host.UpAsync();

        Assert.StartsWith("Attendance on ", host.Output, StringComparison.Ordinal);
        Assert.Contains("-p:UseAspire=", host.Output.Split('\n')[0], StringComparison.Ordinal);
        Assert.Matches(@"web: http://localhost:\d+", host.Output);
        Assert.DoesNotContain('\e', host.Output);
        var secrets = JsonDocument.Parse(await File.ReadAllTextAsync(host.Secrets, Cancel)).RootElement;
        Assert.True(secrets.GetProperty("Parameters:api-key").GetString()!.Length >= 32);
        Assert.All(secrets.EnumerateObject(), secret =>
            Assert.DoesNotContain(secret.Value.GetString()!, host.Output, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Secrets));
        }
    }

    [Fact]
    public async Task A_taken_port_ends_it_with_a_plain_message_and_without_a_child()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 6380);
        try
        {
            squatter.Start();
        }
        catch (SocketException)
        {
            // Somebody else has it: as good.
        }

        using var host = new AppHostProcess(_home, "--DcpPublisher:RandomizePorts=false", "--Dashboard:Enabled=false");

        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains("Port 6380 of resource 'sessions' is taken by process ", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Starting", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_runs_the_real_app_model_and_leaves_nothing()
    {
        int process;
        await using (var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Attendance_AppHost>([], Cancel))
        {
            await using var app = await builder.BuildAsync(Cancel);
            await app.StartAsync(Cancel);
            process = (await app.ResourceNotifications.WaitForResourceHealthyAsync("web", Cancel)).ProcessId();
            using var client = app.CreateHttpClient("web");
            Assert.Equal("Healthy", await client.GetStringAsync("/health", Cancel));
            Assert.True((await app.ResourceCommands.ExecuteCommandAsync("camera-api", "release-stale", Cancel)).Success);
            Assert.True((await app.ResourceCommands.ExecuteCommandAsync("camera-api", "force-release-all", Cancel)).Success);
        }

        Assert.False(IsAlive(process));
    }
}
