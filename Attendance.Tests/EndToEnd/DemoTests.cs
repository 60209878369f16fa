using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Attendance.Tests.Enrollment;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>What a newcomer does: start with <c>--Demo=true</c>, look, and remove it.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class DemoTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Somebody_is_present_within_a_minute_and_all_of_it_can_be_removed()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Demo=true");
        using var admin = new Visit(system.Web) { Cookie = system.Admin.Value };

        await Eventually.TrueAsync(
            async () => (await DoorSystemTests.TodayAsync(admin.Client)) is [var session] && session.GetProperty("present").GetInt32() > 0, TimeSpan.FromMinutes(1), "somebody is present");
        Assert.Contains("Demo class", (await admin.GetAsync("/attendance")).Text, StringComparison.Ordinal);
        Assert.Contains("Watching", (await admin.GetAsync("/doors")).Text, StringComparison.Ordinal);
        Assert.Equal("held", await system.StateAsync("door"));
        Assert.Matches("[1-9][0-9]* of ([89]|1[0-9]) people have checked in so far", (await admin.GetAsync("/demo")).Text);
        Assert.True(Traces.AreIn(system.DataFolder, Encoding.UTF8.GetBytes("Amber Example")), "What is looked for must be there before.");
        Assert.True(File.Exists(Path.Combine(system.DataFolder, "demo", "door.avi")));

        var code = Regex.Match((await admin.PostAsync("/demo?handler=Code", [], page: "/demo")).Text, "id=\"setup-code\">([A-Z2-9]{8})<").Groups[1].Value;
        using var device = new Visit(system.Web);
        (await device.PostAsync("/kiosk/setup", new() { ["Code"] = code })).Leads("/kiosk");
        Assert.Equal(HttpStatusCode.OK, (await device.GetAsync("/kiosk")).Status);

        (await admin.PostAsync("/demo?handler=Remove", [], page: "/demo")).Leads("/demo");

        Assert.Contains("There is no demo", (await admin.GetAsync("/demo")).Text, StringComparison.Ordinal);
        Assert.Contains("No sessions today", (await admin.GetAsync("/attendance")).Text, StringComparison.Ordinal);
        Assert.Contains("No doors yet", (await admin.GetAsync("/doors")).Text, StringComparison.Ordinal);
        Assert.Contains("No kiosks yet", (await admin.GetAsync("/kiosks")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Demo class", (await admin.GetAsync("/groups")).Text, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await system.StateAsync("door") == "available", TimeSpan.FromSeconds(20), "the camera is free");
        await Eventually.TrueAsync(() => !Traces.AreIn(system.DataFolder, Encoding.UTF8.GetBytes("Amber Example")), TimeSpan.FromSeconds(20), "no file has a name any more");
        Assert.False(File.Exists(Path.Combine(system.DataFolder, "demo", "door.avi")));
        Assert.DoesNotContain("Example", await system.LogAsync("web"), StringComparison.Ordinal);
    }
}
