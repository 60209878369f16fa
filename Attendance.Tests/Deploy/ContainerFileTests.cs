using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>Tests the container files without a container engine: the files that they copy must exist, and what they build is built and started here.</summary>
public sealed class ContainerFileTests(RedisStore redis) : IClassFixture<RedisStore>
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private static readonly string s_root = Repository.PathOf();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("camera-api")]
    [InlineData("web")]
    public void A_container_file_copies_files_that_exist_and_does_not_run_as_root(string name)
    {
        var lines = Lines(name);

        var sources = lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(Path.Exists(Path.Combine(s_root, source)), $"There is no {source}."));
        Assert.Equal("USER 1654:1654", lines.Last(line => line.StartsWith("USER ", StringComparison.Ordinal)));
    }

    /// <summary>Runs the command of the container file on the files that it copies.</summary>
    [Fact]
    public async Task A_published_camera_API_opens_a_camera_and_says_so_if_its_worker_is_missing()
    {
        Assert.SkipWhen(redis.Missing is not null, redis.Missing ?? "");
        var lines = Lines("camera-api");
        var publish = lines.Single(line => line.StartsWith("RUN dotnet publish ", StringComparison.Ordinal))["RUN dotnet ".Length..].Split(' ');
        var folder = Directory.CreateTempSubdirectory("attendance-deploy-");
        try
        {
            var (source, app) = (Path.Combine(folder.FullName, "source"), Path.Combine(folder.FullName, "app"));
            foreach (var copied in lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal)).SelectMany(line => line.Split(' ')[1..^1]))
            {
                Copy(Path.Combine(s_root, copied.TrimEnd('/')), Path.Combine(source, copied.TrimEnd('/')));
            }

            publish[Array.IndexOf(publish, "/app")] = app;
            using (var build = Process.Start(new ProcessStartInfo("dotnet", [.. publish, "-nodeReuse:false"]) { WorkingDirectory = source, RedirectStandardOutput = true })!)
            {
                var said = await build.StandardOutput.ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(5), Cancel);
                await build.WaitForExitAsync(Cancel);
                Assert.True(build.ExitCode == 0, said);
            }

            var program = lines.Single(line => line.StartsWith("ENTRYPOINT", StringComparison.Ordinal)).Split('"')[3];
            await BorrowAsync(app, program, (health, lease) =>
            {
                Assert.Equal(HttpStatusCode.OK, health.StatusCode);
                Assert.Equal(HttpStatusCode.Created, lease.StatusCode); // answered after the first frame
                return Task.CompletedTask;
            });

            Directory.Delete(Path.Combine(app, "worker"), recursive: true);
            await BorrowAsync(app, program, async (health, lease) =>
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, lease.StatusCode);
                Assert.Contains("'worker/Attendance.CameraWorker.dll' is missing", await lease.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task BorrowAsync(string app, string program, Func<HttpResponseMessage, HttpResponseMessage, Task> judge)
    {
        var port = ServerProcess.FreePort();
        using var api = Process.Start(new ProcessStartInfo("dotnet", [program])
        {
            WorkingDirectory = app,
            RedirectStandardOutput = true,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_HTTP_PORTS"] = "",
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
                ["ConnectionStrings__sessions"] = redis.ConnectionString,
                ["Security__ApiKey"] = Key,
                ["Node__Name"] = $"deploy-{port}",
                ["Discovery__Enabled"] = "false",
                ["Cameras__demo__Source"] = "test-pattern",
            },
        })!;
        api.OutputDataReceived += (_, _) => { };
        api.BeginOutputReadLine();
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            client.DefaultRequestHeaders.Add("X-Api-Key", Key);
            for (var started = Stopwatch.GetTimestamp(); !await AnswersAsync(client); await Task.Delay(100, Cancel))
            {
                Assert.True(!api.HasExited && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "It does not answer.");
            }

            using var health = await client.GetAsync("/health", Cancel);
            using var lease = await client.PostAsJsonAsync("/api/leases", new { camera_id = "demo", session_id = "deploy_123456789" }, Cancel);
            await judge(health, lease);
        }
        finally
        {
            api.Kill(entireProcessTree: true);
            await api.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client)
    {
        try
        {
            using var alive = await client.GetAsync("/alive", Cancel);
            return alive.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // still starting
        }
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(from).Where(entry => Path.GetFileName(entry) is not ("bin" or "obj" or "node_modules")))
        {
            Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
        }
    }

    private static string[] Lines(string name) => File.ReadAllLines(Path.Combine(s_root, "deploy", name + ".Containerfile"));
}
