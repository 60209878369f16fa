using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

public sealed class CommandTests
{
    [Fact]
    public async Task A_killed_process_is_seen_as_exited_and_comes_back_by_command()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddProject<ProbeProject>("probe");
        await using var app = await builder.StartAsync();
        var first = await app.RunningProcessAsync("probe");
        var address = app.GetEndpoint("probe");

        using (var process = Process.GetProcessById(first))
        {
            process.Kill();
        }

        var exited = await app.ResourceNotifications.WaitForResourceAsync(
            "probe", change => change.Snapshot.State?.Text == KnownResourceStates.Exited, Cancel);
        Assert.Equal(137, exited.Snapshot.ExitCode);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("probe", "start", Cancel)).Success);
        Assert.NotEqual(first, await app.RunningProcessAsync("probe"));
        Assert.Equal(address, app.GetEndpoint("probe"));
    }

    [Fact]
    public async Task What_is_seen_to_have_ended_starts_again_however_soon_it_is_told_to()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddShell("short", "true");
        await using var app = await builder.StartAsync();
        var starts = new HashSet<DateTime?>();
        for (var i = 0; i < 200; i++)
        {
            var ended = await app.ResourceNotifications.WaitForResourceAsync(
                "short", change => change.Snapshot.State?.Text == KnownResourceStates.Finished, Cancel);
            Assert.True(starts.Add(ended.Snapshot.StartTimeStamp), $"Told to start {i} times, it did not once.");
            Assert.True((await app.ResourceCommands.ExecuteCommandAsync("short", "start", Cancel)).Success);
        }
    }

    [Fact]
    public async Task Stop_ends_the_process_and_restart_begins_another()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddShell("worker", "trap 'echo bye; exit 0' TERM; echo ready; while true; do sleep 0.05; done");
        await using var app = await builder.StartAsync();
        await app.OutputAsync("worker", "ready");
        var first = await app.RunningProcessAsync("worker");

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("worker", "restart", Cancel)).Success);
        var second = await app.RunningProcessAsync("worker");
        Assert.Contains("bye", await app.OutputAsync("worker", "bye"));
        Assert.NotEqual(first, second);
        Assert.False(IsAlive(first));

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("worker", "stop", Cancel)).Success);
        Assert.False(IsAlive(second));
        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("worker", "sing", Cancel)).Success);
    }

    [Fact]
    public async Task What_does_not_stop_when_asked_is_made_to()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddShell("stubborn", "trap '' TERM; echo ready; while true; do sleep 0.2; done");
        await using var app = await builder.StartAsync();
        await app.OutputAsync("stubborn", "ready");
        var process = await app.RunningProcessAsync("stubborn");

        var watch = Stopwatch.StartNew();
        await app.StopAsync(Cancel);

        Assert.False(IsAlive(process));
        Assert.InRange(watch.Elapsed.TotalSeconds, 5.5, 30);
    }

    [Fact]
    public async Task What_uses_another_one_stops_before_it()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        const string Loop = "; echo ready; while true; do sleep 0.05; done";
        var store = builder.AddShell("store", "trap 'exit 0' TERM" + Loop);
        builder.AddShell("api", "trap 'sleep 0.3; exit 0' TERM" + Loop).WaitFor(store);
        await using var app = await builder.StartAsync();
        await app.OutputAsync("api", "ready");
        await app.StopAsync(Cancel);

        Assert.True(app.ResourceNotifications.TryGetCurrentState("api", out var api));
        Assert.True(app.ResourceNotifications.TryGetCurrentState("store", out var stopped));
        Assert.True(api!.Snapshot.StopTimeStamp < stopped!.Snapshot.StopTimeStamp);
    }

    [Fact]
    public async Task An_http_command_sends_the_prepared_request()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var key = builder.AddParameter("key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
        builder.AddShell("api", "sleep 1000").WithHttpEndpoint().WithHttpCommand(
            "/cleanup/", "Clean up", commandName: "cleanup", commandOptions: new HttpCommandOptions
            {
                PrepareRequest = async context =>
                {
                    context.Request.Headers.Add("X-Api-Key", await key.Resource.GetValueAsync(context.CancellationToken));
                    context.Request.Content = JsonContent.Create(new { force = true });
                },
            });
        await using var app = await builder.StartAsync();

        var web = WebApplication.CreateSlimBuilder();
        web.Logging.ClearProviders();
        web.WebHost.UseUrls(app.GetEndpoint("api").ToString());
        await using var api = web.Build();
        var expected = await key.Resource.GetValueAsync(Cancel);
        api.MapPost("/cleanup/", (HttpRequest request, JsonElement body) =>
            request.Headers["X-Api-Key"] == expected && body.GetProperty("force").GetBoolean() ? Results.Ok() : Results.Unauthorized());
        await api.StartAsync(Cancel);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("api", "cleanup", Cancel)).Success);
        await api.StopAsync(Cancel);
        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("api", "cleanup", Cancel)).Success);
    }
}
