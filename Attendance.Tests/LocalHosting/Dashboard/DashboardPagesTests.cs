using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting.Dashboard;

/// <summary>What the pages are told of the resources, and what they can do to them.</summary>
public sealed class DashboardPagesTests
{
    private const string On = "--Dashboard:Enabled=true";

    [Fact]
    public async Task A_resource_is_shown_as_it_is_and_never_a_secret()
    {
        const string Secret = "open-sesame-0123456789";
        await using var builder = DistributedApplicationTestingBuilder.Create(On, $"--Parameters:key={Secret}");
        var health = HealthCheckResult.Unhealthy("The door is stuck.");
        builder.Services.AddHealthChecks().AddCheck("door", () => health);
        builder.AddShell("camera", "echo hello; sleep 1000").WithHttpEndpoint(5080)
            .WithEnvironment("KEY", builder.AddParameter("key", secret: true)).WithHealthCheck("door");
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);

        var all = await visit.HearAsync(
            "/api/live",
            (name, data) => name == "resources" && data[0].GetProperty("checks") is var checks && checks.GetArrayLength() > 0
                && checks[0].GetProperty("status").GetString() == "Unhealthy",
            Cancel);
        var camera = Assert.Single(all.EnumerateArray().ToList());
        Assert.Equal(("camera", "Executable", "Running (Unhealthy)"), (
            camera.GetProperty("name").GetString(), camera.GetProperty("type").GetString(), camera.GetProperty("state").GetString()));
        Assert.Equal("The door is stuck.", camera.GetProperty("checks")[0].GetProperty("text").GetString());
        Assert.Equal(app.GetEndpoint("camera").ToString().TrimEnd('/'), camera.GetProperty("addresses")[0].GetProperty("url").GetString());
        Assert.Equal(await app.RunningProcessAsync("camera"), camera.GetProperty("processId").GetInt32());
        Assert.DoesNotContain(Secret, all.ToString(), StringComparison.Ordinal);

        health = HealthCheckResult.Healthy();
        await visit.HearAsync("/api/live", (name, data) => name == "resources" && data[0].GetProperty("state").GetString() == "Running", Cancel);
    }

    [Fact]
    public async Task Commands_say_what_came_of_them_and_those_that_cannot_be_given_now_are_not()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        builder.AddShell("camera", "sleep 1000")
            .WithCommand("clean", "Clean", _ => Task.FromResult(CommandResults.Success("Cleaned 3.")), new CommandOptions
            {
                ConfirmationMessage = "Really?",
                UpdateState = context => context.ResourceSnapshot.State?.Text == "Running" ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
            })
            .WithCommand("never", "Never", _ => throw new InvalidOperationException("It is stuck."), new CommandOptions { UpdateState = _ => ResourceCommandState.Hidden });
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        await app.RunningProcessAsync("camera");

        Task<JsonElement> HearStateAsync(string state) => visit.HearAsync(
            "/api/live", (name, data) => name == "resources" && data[0].GetProperty("state").GetString() == state, Cancel);
        static string[] Enabled(JsonElement all) =>
            [.. all[0].GetProperty("commands").EnumerateArray().Where(one => one.GetProperty("isEnabled").GetBoolean()).Select(one => one.GetProperty("name").GetString()!)];
        Assert.Equal(["stop", "restart", "clean"], Enabled(await HearStateAsync("Running")));
        Assert.Equal((true, "Cleaned 3."), await RunAsync(visit, "camera", "clean"));
        Assert.Equal((false, "It is stuck."), await RunAsync(visit, "camera", "never"));
        Assert.Equal((false, "Resource 'camera' has no command 'fly'."), await RunAsync(visit, "camera", "fly"));
        Assert.Equal((false, "There is no resource 'nobody'."), await RunAsync(visit, "nobody", "stop"));

        Assert.Equal((true, null), await RunAsync(visit, "camera", "stop"));
        Assert.Equal(["start"], Enabled(await HearStateAsync("Exited")));
        Assert.Equal((true, null), await RunAsync(visit, "camera", "start"));
        await HearStateAsync("Running");
    }

    [Fact]
    public async Task A_console_is_read_from_its_beginning_and_goes_on()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        builder.AddShell("camera", "echo first; sleep 1; echo second >&2; sleep 1000");
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        var lines = new List<(string?, bool)>();
        await visit.HearAsync("/api/console/camera", (_, data) =>
        {
            lines.AddRange(data.EnumerateArray().Select(line => (line.GetProperty("content").GetString(), line.GetProperty("isErrorMessage").GetBoolean())));
            return lines.Count == 2;
        }, Cancel);

        Assert.Equal([("first", false), ("second", true)], lines);
        using var unknown = await visit.GetAsync("/api/console/nobody", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_notification_is_shown_until_it_is_answered()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        var asked = app.Services.GetRequiredService<IInteractionService>().PromptNotificationAsync(
            "Leak", "The door leaks.", new NotificationInteractionOptions { Intent = MessageIntent.Error, LinkText = "See", LinkUrl = "http://localhost/ops" }, Cancel);

        var shown = await visit.HearAsync("/api/live", (name, data) => name == "notifications" && data.GetArrayLength() == 1, Cancel);
        Assert.Equal(("Leak", "The door leaks.", "Error", "http://localhost/ops"), (
            shown[0].GetProperty("title").GetString(), shown[0].GetProperty("message").GetString(), shown[0].GetProperty("intent").GetString(),
            shown[0].GetProperty("linkUrl").GetString()));
        using var answered = await visit.PostAsync($"/api/notifications/{shown[0].GetProperty("id")}?confirmed=true", Cancel);
        Assert.Equal(new InteractionResult<bool>(Data: true, Canceled: false), await asked);
        using var again = await visit.PostAsync($"/api/notifications/{shown[0].GetProperty("id")}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task A_page_that_is_open_keeps_nobody_from_stopping()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        builder.AddShell("camera", "sleep 1000");
        var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        var open = visit.HearAsync("/api/live", (_, _) => false, Cancel);
        var console = visit.HearAsync("/api/console/camera", (_, _) => false, Cancel);
        await app.RunningProcessAsync("camera");

        var watch = System.Diagnostics.Stopwatch.StartNew();
        await app.StopAsync(Cancel);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3), $"It took {watch.Elapsed}.");
        await Assert.ThrowsAnyAsync<Exception>(() => open);
        await Assert.ThrowsAnyAsync<Exception>(() => console);
        await app.DisposeAsync();
    }

    private static async Task<(bool Success, string? Message)> RunAsync(DashboardVisit visit, string resource, string command)
    {
        using var response = await visit.PostAsync($"/api/resources/{resource}/commands/{command}", Cancel);
        var result = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        return (result.GetProperty("success").GetBoolean(), result.GetProperty("message").GetString());
    }
}
