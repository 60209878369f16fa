using Attendance.Tests.Programs;
using k8s;
using k8s.Models;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>Runs the shell commands by which containers start Redis.</summary>
public sealed class RedisCommandTests
{
    private const string Password = "a-password-of-redis";

    private static readonly Dictionary<string, string> s_environment = new() { ["REDIS_PASSWORD"] = Password };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("compose")]
    [InlineData("kubernetes")]
    public async Task Redis_asks_for_its_password_keeps_what_it_has_and_ends_when_it_is_told_to(string by)
    {
        var command = by == "compose" ? await ComposeCommandAsync() : KubernetesCommand();
        Assert.Contains("dir /data\n", command, StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("attendance-deploy-");
        try
        {
            var port = ServerProcess.FreePort();
            command = command.Replace("dir /data\n", $"dir {folder.FullName}\nport {port}\nbind 127.0.0.1\n", StringComparison.Ordinal);
            await using (var first = await StartAsync(command, port))
            {
                Assert.Contains("NOAUTH", await AskAsync(port, null, "get", "a-key"), StringComparison.Ordinal);
                Assert.Contains("OK", await AskAsync(port, Password, "set", "a-key", "kept"), StringComparison.Ordinal);
                Assert.DoesNotContain(Password, Processes.CommandLine(first.Id), StringComparison.Ordinal);
                Assert.Equal(0, await first.SignalAsync("TERM", TimeSpan.FromSeconds(5)));
            }

            await using var second = await StartAsync(command, port);
            Assert.Contains("kept", await AskAsync(port, Password, "get", "a-key"), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Starts it, and waits for the check of the compose file.</summary>
    private static async Task<ServerProcess> StartAsync(string command, int port)
    {
        ServerProcess server;
        try
        {
            server = ServerProcess.Start("sh", ["-c", command], s_environment);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no shell.");
            throw;
        }

        var test = (await ComposeFile.ReadAsync(Cancel)).Services["redis"].Healthcheck.Test;
        Assert.Equal("CMD-SHELL", test[0]);
        var check = test[1].Replace("$$", "$", StringComparison.Ordinal).Replace("redis-cli ", $"redis-cli -p {port} ", StringComparison.Ordinal);
        await server.ReadyAsync(
            async () =>
            {
                await using var shell = ServerProcess.Start("sh", ["-c", check], s_environment);
                return await shell.ExitAsync() == 0;
            },
            TimeSpan.FromSeconds(15), "Redis answers");
        return server;
    }

    private static async Task<string> AskAsync(int port, string? password, params string[] words)
    {
        var environment = password is null ? [] : new Dictionary<string, string> { ["REDISCLI_AUTH"] = password };
        await using var client = ServerProcess.Start("redis-cli", ["-p", $"{port}", .. words], environment);
        await client.ExitAsync();
        return client.Output;
    }

    private static async Task<string> ComposeCommandAsync()
    {
        var command = (await ComposeFile.ReadAsync(Cancel)).Services["redis"].Command;
        Assert.Equal(["sh", "-c"], command.SkipLast(1));
        return command[^1].Replace("$$", "$", StringComparison.Ordinal);
    }

    private static string KubernetesCommand()
    {
        var manifest = File.ReadAllText(Repository.PathOf("deploy", "kubernetes", "base", "redis.yaml"));
        var container = Assert.Single(KubernetesYaml.LoadAllFromString(manifest, strict: true).OfType<V1StatefulSet>().Single().Spec.Template.Spec.Containers);
        Assert.Equal(["sh", "-c"], container.Command);
        return Assert.Single(container.Args);
    }
}
