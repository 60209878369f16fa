using Attendance.CameraApi.Capture;
using Attendance.Tests.CameraApi.Capture;
using Attendance.Tests.EndToEnd;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

/// <summary>What the AppHost says and does in a dashboard: notifications of alerts, health, commands with their results.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class OpsInTheDashboardTests
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_leak_is_notified_makes_the_resource_unhealthy_and_is_over_by_itself()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Workers of nobody are found in /proc.");
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Alerts:ResolveAfter=00:00:35");
        var notifications = system.App.Services.GetRequiredService<Notifications>();
        Assert.Empty(notifications.Open);

        var api = ProcessIdentity.Of(await system.ProcessAsync("camera-api", Cancel))!.Value;
        await using var worker = RunningWorker.Start(api);
        await UntilAsync(() => notifications.Open.Count > 0, s_bound, "the leak is notified");
        var said = Assert.Single(notifications.Open);
        Assert.StartsWith("Leak", said.Title, StringComparison.Ordinal);
        Assert.Equal(MessageIntent.Error, said.Intent);
        Assert.Equal(new Uri(system.Web, "/ops").ToString(), said.LinkUrl);

        // Asked every 30 s while it is well, as Aspire does: the alert is there for longer.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(90));
        var unhealthy = await system.App.ResourceNotifications.WaitForResourceAsync(
            "camera-api", change => change.Snapshot is { State.Text: "Running", HealthStatus: HealthStatus.Unhealthy }, patience.Token);
        Assert.Contains(unhealthy.Snapshot.HealthReports, report => report.Status == HealthStatus.Unhealthy && report.Name.Contains("/health/cameras", StringComparison.Ordinal));
        await system.App.ResourceNotifications.WaitForResourceAsync(
            "camera-api", change => change.Snapshot.HealthStatus == HealthStatus.Healthy, patience.Token);
        Assert.Empty(notifications.Open);
    }

    [Fact]
    public async Task Commands_say_what_they_have_done()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel);
        await system.AcquireAsync("demo", "camera_123456789_abc123");

        Assert.Contains("demo: held since", await RunAsync(system, "list-cameras"), StringComparison.Ordinal);
        Assert.Equal("Nothing was to be released.", await RunAsync(system, "release-stale"));
        Assert.Equal("Released: demo (forced).", await RunAsync(system, "force-release-all"));
        Assert.Contains("demo: available", await RunAsync(system, "list-cameras"), StringComparison.Ordinal);
    }

    private static async Task<string?> RunAsync(AttendanceSystem system, string command)
    {
        var result = await system.App.ResourceCommands.ExecuteCommandAsync("camera-api", command, Cancel);
        Assert.True(result.Success, result.Message);
        return result.Message;
    }
}
