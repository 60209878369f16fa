using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Attendance.LocalHosting.Dashboard;
using Attendance.Tests.Browser;
using Attendance.Tests.EndToEnd;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.LocalHosting.Dashboard;

/// <summary>The dashboard in a real Chromium, beside the whole system.</summary>
[Trait("Suite", "Browser")]
public sealed partial class DashboardBrowserTests(ChromiumBrowser chromium)
{
    private const string Session = "camera_123456789_abc123";

    private static readonly AxeRunOptions s_rules = new()
    {
        RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_the_system_does_can_be_followed_and_axe_finds_nothing()
    {
        await WalkAsync(
            new() { ViewportSize = new() { Width = 1280, Height = 900 }, ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce },
            async (page, name) =>
            {
                await CheckAsync(page, name);
                await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
                await page.SetViewportSizeAsync(390, 844);
                await CheckAsync(page, $"{name}, narrow and dark");
                await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
                await page.SetViewportSizeAsync(1280, 900);
            });
    }

    /// <summary>Pictures of the pages for people to look at: <c>./test.sh --screenshots</c>.</summary>
    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 900, ColorScheme.Light)]
    [InlineData("desktop", 1280, 900, ColorScheme.Dark)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    public Task Pictures(string device, int width, int height, ColorScheme scheme) => WalkAsync(
        new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme },
        (page, name) => page.ScreenshotAsync(new() { Path = Screenshots.PathOf($"dashboard-{name}-{device}-{scheme}.png") }));

    /// <param name="at">Does something at every page, which has a name.</param>
    private async Task WalkAsync(BrowserNewContextOptions options, Func<IPage, string, Task> at)
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Dashboard:Enabled=true");
        var access = system.App.Services.GetRequiredService<DashboardAccess>();
        using var acquired = await system.Operator.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = "demo" }, Cancel);
        Assert.Equal(HttpStatusCode.Created, acquired.StatusCode);

        await using var window = await chromium.NewContextAsync(options, Cancel);
        var page = await window.NewPageAsync();
        var troubles = new List<string>();
        page.Console += (_, message) => troubles.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        page.PageError += (_, error) => troubles.Add(error);

        await page.GotoAsync(new Uri(access.Pages!, "/login?t=wrong").ToString());
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That is not the token of this run.");
        await at(page, "sign-in");
        await page.GotoAsync(access.SignIn!.ToString());
        Assert.Equal(access.Pages, new Uri(page.Url));
        await SeeResourcesAsync(page, at);
        await SeeTelemetryAsync(page, at);
        await SeeNotificationsAsync(page, system, at);
        Assert.Empty(troubles);
    }

    private static async Task SeeResourcesAsync(IPage page, Func<IPage, string, Task> at)
    {
        foreach (var resource in (string[])["sessions", "camera-api", "web"])
        {
            await Expect(Row(page, resource).Locator(".badge")).ToHaveTextAsync("Running");
            await Expect(Row(page, resource).Locator(".badge")).ToHaveAttributeAsync("data-tone", "good");
        }

        await at(page, "resources");
        await page.GetByRole(AriaRole.Button, new() { Name = "Release all cameras: camera-api" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Take every camera back");
        await at(page, "command");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Release all cameras: camera-api" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, do it" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToContainTextAsync("Released: demo (forced).");
        await at(page, "command-result");

        await page.GetByRole(AriaRole.Link, new() { Name = "Console of camera-api" }).ClickAsync();
        await Expect(page.Locator(".console")).ToContainTextAsync("Now listening on: http://localhost:");
        Assert.True(await page.Locator(".console [class^=ansi]").CountAsync() > 0);
        Assert.DoesNotContain('\e', await page.Locator(".console").InnerTextAsync());
        await at(page, "console");
    }

    private static async Task SeeTelemetryAsync(IPage page, Func<IPage, string, Task> at)
    {
        await MenuAsync(page, "Structured logs");
        await page.GetByLabel("Text").FillAsync("released");
        await Expect(page.Locator("tbody")).Not.ToContainTextAsync("Now listening"); // the filter works
        await page.Locator("tbody button").Filter(new() { HasText = "Camera demo released" }).ClickAsync();
        await Expect(page.Locator(".detail:not([hidden])")).ToContainTextAsync("Category");
        await at(page, "logs");

        await MenuAsync(page, "Traces");
        await page.GetByLabel("Name, attribute or trace id").FillAsync("camera.acquire");
        await page.GetByRole(AriaRole.Link, new() { NameRegex = PostLeases() }).First.ClickAsync();
        await Expect(page.Locator(".waterfall")).ToContainTextAsync("camera.acquire");
        await Expect(page.Locator(".waterfall .tag").Filter(new() { HasText = "web" })).Not.ToHaveCountAsync(0);
        await Expect(page.Locator(".waterfall .tag").Filter(new() { HasText = "camera-api" })).Not.ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = CameraAcquire() }).First.ClickAsync();
        await Expect(page.Locator(".span-detail:not([hidden])")).ToContainTextAsync("Span id");
        await at(page, "trace");
        await page.GetByRole(AriaRole.Link, new() { Name = "All traces" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).Not.ToHaveCountAsync(0);
        await at(page, "traces");

        await MenuAsync(page, "Metrics");
        await page.GetByLabel("Resource").SelectOptionAsync("camera-api");
        await page.GetByRole(AriaRole.Link, new() { Name = "http.server.request.duration" }).ClickAsync();
        await Expect(page.Locator(".chart polyline").First).ToHaveAttributeAsync("points", HasPoints());
        await Expect(page.Locator(".legend")).ToContainTextAsync("p99");
        await page.GetByLabel("http.route").SelectOptionAsync("/health");
        await Expect(page.Locator(".legend li")).ToHaveCountAsync(1);
        await at(page, "metrics");
    }

    private static async Task SeeNotificationsAsync(IPage page, AttendanceSystem system, Func<IPage, string, Task> at)
    {
        var asked = system.App.Services.GetRequiredService<IInteractionService>().PromptNotificationAsync(
            "Leak: demo", "A worker runs that belongs to nobody.",
            new NotificationInteractionOptions { Intent = MessageIntent.Error, LinkText = "Open the console", LinkUrl = new Uri(system.Web, "/ops").ToString() }, Cancel);
        await Expect(page.Locator(".toast").Filter(new() { HasText = "Leak: demo" })).ToBeVisibleAsync();
        await at(page, "toast");
        await MenuAsync(page, "Notifications");
        await Expect(page.Locator(".notification a")).ToHaveAttributeAsync("href", new Uri(system.Web, "/ops").ToString());
        await at(page, "notifications");
        await page.Locator(".notification").GetByRole(AriaRole.Button, new() { Name = "Dismiss" }).ClickAsync();
        Assert.True((await asked).Canceled);
        await Expect(page.GetByText("Nothing to tell.")).ToBeVisibleAsync();
    }

    private static ILocator Row(IPage page, string resource) =>
        page.Locator("tbody tr").Filter(new() { Has = page.GetByRole(AriaRole.Rowheader, new() { NameRegex = new Regex($"^{resource}\\b") }) });

    private static async Task MenuAsync(IPage page, string name)
    {
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name); // not a field of the page before
    }

    private static async Task CheckAsync(IPage page, string name)
    {
        var found = await page.RunAxe(s_rules);
        Assert.True(found.Violations.Length == 0, $"{name}:\n{string.Join('\n', found.Violations.Select(Describe))}");
        Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"), $"{name} is wider than its window.");
    }

    private static string Describe(AxeResultItem violation) =>
        $"{violation.Id} ({violation.Impact}): {violation.Help}\n  {string.Join("\n  ", violation.Nodes.Select(node => node.Html))}";

    [GeneratedRegex("^web: POST ")]
    private static partial Regex PostLeases();

    [GeneratedRegex("camera-api camera.acquire")]
    private static partial Regex CameraAcquire();

    [GeneratedRegex(@"^\d")]
    private static partial Regex HasPoints();
}
