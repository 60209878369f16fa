using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

public sealed class WaitingTests
{
    [Fact]
    public async Task What_waits_starts_once_the_other_one_is_healthy_and_ready()
    {
        var healthy = false;
        var prepared = new TaskCompletionSource();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck(
            "store_check", () => healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("not yet"));
        var store = builder.AddShell("store", "sleep 1000").WithHealthCheck("store_check").OnResourceReady((_, _, _) => prepared.Task);
        builder.AddShell("api", "sleep 1000").WaitFor(store);
        await using var app = await builder.StartAsync();

        var unhealthy = await app.ResourceNotifications.WaitForResourceAsync(
            "store", change => change.Snapshot.HealthReports is [{ Status: HealthStatus.Unhealthy, Description: "not yet" }], Cancel);
        Assert.Equal(KnownResourceStates.Running, unhealthy.Snapshot.State!.Text);
        Assert.Equal(KnownResourceStates.Waiting, StateOf(app, "api"));

        healthy = true;
        await app.ResourceNotifications.WaitForResourceAsync(
            "store", change => change.Snapshot.HealthStatus == HealthStatus.Healthy, Cancel);
        Assert.Equal(KnownResourceStates.Waiting, StateOf(app, "api"));

        prepared.SetResult();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("api", Cancel);
    }

    [Fact]
    public async Task What_is_started_by_hand_waits_no_more()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var store = builder.AddShell("store", "sleep 1000").WithExplicitStart();
        builder.AddShell("api", "sleep 1000").WaitForStart(store);
        await using var app = await builder.StartAsync();
        await app.ResourceNotifications.WaitForResourceAsync("api", KnownResourceStates.Waiting, Cancel);
        await app.ResourceNotifications.WaitForResourceAsync("store", KnownResourceStates.NotStarted, Cancel);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("api", "start", Cancel)).Success);
        Assert.Equal(KnownResourceStates.Running, StateOf(app, "api"));
        Assert.Equal(KnownResourceStates.NotStarted, StateOf(app, "store"));
    }

    [Fact]
    public async Task Work_that_must_come_first_is_done_first()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var migration = builder.AddShell("migration", "echo moved; exit 3");
        builder.AddShell("api", "sleep 1000").WaitForCompletion(migration, exitCode: 3);
        builder.AddShell("picky", "sleep 1000").WaitForCompletion(migration);
        await using var app = await builder.StartAsync();

        await app.ResourceNotifications.WaitForResourceHealthyAsync("api", Cancel);
        await app.ResourceNotifications.WaitForResourceAsync("picky", KnownResourceStates.FailedToStart, Cancel);
        var error = Assert.Single(await app.OutputAsync("picky",
            "'picky' needs 'migration' to end with exit code 0, but it ended as Exited with 3."));
        Assert.Contains("exit code 0", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_for_what_has_ended_ends_with_the_reason()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddShell("store", "exit 1");
        await using var app = await builder.StartAsync();

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(async () =>
        {
            await app.ResourceNotifications.WaitForResourceAsync("store", KnownResourceStates.Exited, Cancel);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("store", Cancel);
        });
        Assert.Contains("'store' ended as Exited", error.Message, StringComparison.Ordinal);
    }

    private static string? StateOf(DistributedApplication app, string resource) =>
        app.ResourceNotifications.TryGetCurrentState(resource, out var change) ? change?.Snapshot.State?.Text : null;
}
