using Attendance.Tests.EndToEnd;
using Xunit;

namespace Attendance.Tests.AppHost;

/// <summary>Tests the dashboard's commands and their answers. How the dashboard shows a leak is tested in a browser: <see cref="Dashboard.DashboardTests"/>.</summary>
[Trait("Suite", "EndToEnd")]
[Collection(SharedSystem.Name)]
public sealed class OpsInTheDashboardTests(SharedSystem shared) : IAsyncDisposable
{
    private readonly AttendanceSystem _system = shared.System;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _system.StartedAsync("camera-api", CancellationToken.None);
        await _system.ReleaseAllAsync();
    }

    [Fact]
    public async Task Commands_show_what_they_have_done()
    {
        await _system.AcquireAsync("demo", "camera_123456789_abc123");

        Assert.Matches(@"\| demo \| held \| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \|", await RunAsync("list-cameras"));
        Assert.Equal("No camera had to be released.", await RunAsync("release-stale"));
        Assert.Contains("| demo | released (forced) |", await RunAsync("force-release-all"), StringComparison.Ordinal);
        Assert.Contains("| demo | available |", await RunAsync("list-cameras"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_are_disabled_while_the_camera_api_does_not_run()
    {
        Assert.All(await StatesAsync("Running"), state => Assert.Equal(ResourceCommandState.Enabled, state));
        Assert.True(await _system.CommandAsync("camera-api", "stop", Cancel));
        Assert.All(await StatesAsync("Finished", "Exited"), state => Assert.Equal(ResourceCommandState.Disabled, state));
    }

    private async Task<IEnumerable<ResourceCommandState>> StatesAsync(params string[] states)
    {
        var change = await _system.App.ResourceNotifications.WaitForResourceAsync(
            "camera-api", change => states.Contains(change.Snapshot.State?.Text), Cancel);
        return change.Snapshot.Commands.Where(command => command.Name is "list-cameras" or "release-stale" or "force-release-all").Select(command => command.State);
    }

    private async Task<string?> RunAsync(string command)
    {
        var result = await _system.App.ResourceCommands.ExecuteCommandAsync("camera-api", command, Cancel);
        Assert.True(result.Success, result.Message);
        return result.Data?.Value ?? result.Message;
    }
}
