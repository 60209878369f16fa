using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Tests.Browser;
using Attendance.Tests.CameraWorker;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.AppHost.Dashboard;

/// <summary>Tests what ops see of the system on Aspire's dashboard, in a real Chromium.</summary>
[Trait("Suite", "Browser")]
public sealed class DashboardTests(ChromiumBrowser chromium) : IDisposable
{
    private const string Session = "camera_123456789_abc123";
    private const float Patience = 60_000;
    private const float MenuPatience = 15_000;
    private const int Attempts = 3;

    /// <summary>A leak is reported within 10 s. The test waits longer, because the fault suite holds the bound.</summary>
    private const float LeakPatience = 20_000;

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("attendance-home-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string PicturesFolder => Path.GetFullPath(Screenshots.PathOf("../../../docs/images"));

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public Task Everything_that_the_system_does_can_be_followed_and_no_secret_is_shown() => WalkAsync((_, _) => Task.CompletedTask);

    /// <summary>The pictures of docs/: <c>./test.sh --screenshots</c>.</summary>
    [Fact(Explicit = true)]
    public Task Pictures_for_the_docs()
    {
        Directory.CreateDirectory(PicturesFolder);
        return WalkAsync((page, name) => page.ScreenshotAsync(new() { Path = Path.Combine(PicturesFolder, $"dashboard-{name}.png") }));
    }

    /// <param name="at">Called at each page, which has a name.</param>
    private async Task WalkAsync(Func<IPage, string, Task> at)
    {
        await using var host = new AppHostProcess(_home, "--Alerts:ResolveAfter=00:00:15");
        await host.UpAsync();
        using var web = await host.OperatorAsync();
        await using var window = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 800 }, ColorScheme = ColorScheme.Light }, Cancel);
        var page = await window.NewPageAsync();
        await page.GotoAsync(host.DashboardLogin.ToString());

        var lease = await AcquireAsync(web);
        using (await web.GetAsync($"/api/cameras/demo/snapshot?lease={lease}", Cancel))
        {
            // The dashboard's address contains the token.
        }

        var shown = new List<string>();
        async Task SeeAsync(string name)
        {
            shown.Add(await page.Locator("body").InnerTextAsync());
            await at(page, name);
        }

        await SeeResourcesAsync(page, SeeAsync);
        await SeeCommandsAsync(page, SeeAsync);
        using (var released = await web.DeleteAsync($"/api/leases/{lease}", Cancel))
        {
            Assert.True(released.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.Gone, $"{released.StatusCode}");
        }

        await SeeTracesAsync(page, SeeAsync);
        await SeeMetricsAsync(page, SeeAsync);
        await SeeLeakAsync(page, host, SeeAsync);
        AssertNothingSecret(host, lease, shown);
        Assert.DoesNotContain("Request starting", host.Output, StringComparison.Ordinal); // the console is for whoever started it, and tells of the system
    }

    private static async Task<string> AcquireAsync(HttpClient web)
    {
        using var acquired = await web.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = "demo" }, Cancel);
        Assert.True(acquired.StatusCode == HttpStatusCode.Created, await acquired.Content.ReadAsStringAsync(Cancel));
        return Lease.From(await acquired.Content.ReadFromJsonAsync<JsonElement>(Cancel)).Id;
    }

    private static async Task SeeResourcesAsync(IPage page, Func<string, Task> seeAsync)
    {
        foreach (var name in new[] { "sessions", "camera-api", "web" })
        {
            await Expect(Row(page, name)).ToContainTextAsync("Running", new() { Timeout = Patience });
        }

        await Expect(Row(page, "web")).ToContainTextAsync("People", new() { Timeout = Patience });
        await Expect(Row(page, "camera-api")).ToContainTextAsync("API reference");
        await seeAsync("resources");
    }

    private static async Task SeeCommandsAsync(IPage page, Func<string, Task> seeAsync)
    {
        await RunAsync(page, "List cameras");
        await Expect(Dialog(page)).ToContainTextAsync("demo", new() { Timeout = Patience });
        await seeAsync("list-cameras");
        await CloseDialogAsync(page);

        await RunAsync(page, "Release all cameras");
        await Expect(Dialog(page)).ToContainTextAsync("Take every camera back");
        await Dialog(page).Locator("fluent-button").Filter(new() { HasText = "Yes" }).ClickAsync();
        await Expect(Dialog(page)).ToContainTextAsync("released (forced)", new() { Timeout = Patience });
        await CloseDialogAsync(page);
    }

    /// <summary>Presses Escape until the dialog is gone, because a dialog that has just been drawn may not have the focus yet.</summary>
    private static async Task CloseDialogAsync(IPage page)
    {
        for (var attempt = 1; ; attempt++)
        {
            await page.Keyboard.PressAsync("Escape");
            try
            {
                await Expect(Dialog(page)).ToHaveCountAsync(0);
                return;
            }
            catch (PlaywrightException) when (attempt < Attempts)
            {
                // Once more.
            }
        }
    }

    /// <summary>Looks at the traces of a system in which one camera was borrowed and given back, and nothing else was done.</summary>
    private static async Task SeeTracesAsync(IPage page, Func<string, Task> seeAsync)
    {
        var acquire = page.GetByRole(AriaRole.Row).Filter(new() { HasTextRegex = new Regex(@"POST /api/leases/?") });
        for (var attempt = 1; ; attempt++)
        {
            await page.GotoAsync(new Uri(new Uri(page.Url), "/traces").ToString());
            try
            {
                await acquire.First.WaitForAsync(new() { Timeout = Patience });
                break;
            }
            catch (TimeoutException exception)
            {
                // On a busy machine the dashboard's table stays empty at times, until it is loaded anew.
                Assert.True(attempt < Attempts, $"{exception.Message} The page: {await page.Locator("body").InnerTextAsync()}");
            }
        }

        var rows = await page.GetByRole(AriaRole.Row).AllInnerTextsAsync();
        Assert.DoesNotContain(rows, row => row.Contains("store.", StringComparison.Ordinal) || row.Contains(".js", StringComparison.Ordinal) || row.Contains("regex", StringComparison.Ordinal));
        await seeAsync("traces");
        await acquire.First.GetByText("POST /api/leases").First.ClickAsync();
        await Expect(page.Locator("body")).ToContainTextAsync("camera.acquire", new() { Timeout = Patience });
        await seeAsync("acquire");
    }

    private static async Task SeeMetricsAsync(IPage page, Func<string, Task> seeAsync)
    {
        await page.GotoAsync(new Uri(new Uri(page.Url), "/metrics/resource/camera-api").ToString());
        var instrument = page.Locator("fluent-tree-item").Filter(new() { HasText = "attendance.camera.release.duration", HasNot = page.Locator("fluent-tree-item") });
        await instrument.First.ClickAsync(new() { Timeout = Patience, Force = true });
        await page.Locator(".js-plotly-plot").First.WaitForAsync(new() { Timeout = Patience });
        await seeAsync("metrics");
    }

    private static async Task SeeLeakAsync(IPage page, AppHostProcess host, Func<string, Task> seeAsync)
    {
        await page.GotoAsync(new Uri(new Uri(page.Url), "/").ToString());
        await Expect(Row(page, "camera-api")).ToContainTextAsync("Running", new() { Timeout = Patience });
        await using (var worker = RunningWorker.Start(ProcessIdentity.Of(host.ServiceOf("Attendance.CameraApi"))!.Value))
        {
            await Expect(Row(page, "camera-api")).ToContainTextAsync("Unhealthy", new() { Timeout = LeakPatience });
            await Expect(Notifications(page)).ToContainTextAsync("Leak", new() { Timeout = LeakPatience });
            await Expect(Notifications(page).GetByText("Operations console").First).ToBeVisibleAsync();
            await seeAsync("leak");
        }

        await page.GotoAsync(new Uri(new Uri(page.Url), "/structuredlogs/resource/camera-api?logLevel=Error").ToString());
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "ALERT leak" })).ToHaveCountAsync(1, new() { Timeout = Patience });
        Assert.Single(await page.GetByRole(AriaRole.Row).Filter(new() { HasText = "camera-api" }).AllAsync());
        await seeAsync("leak-log");

        await page.GotoAsync(new Uri(new Uri(page.Url), "/").ToString());
        await Expect(Row(page, "camera-api")).Not.ToContainTextAsync("Unhealthy", new() { Timeout = 60_000 });
        await Expect(Notifications(page).Filter(new() { HasText = "Leak" })).ToHaveCountAsync(0, new() { Timeout = Patience });
    }

    private static void AssertNothingSecret(AppHostProcess host, string lease, List<string> shown)
    {
        var secrets = JsonDocument.Parse(File.ReadAllText(host.Secrets)).RootElement.EnumerateObject().Select(secret => secret.Value.GetString()!).ToList();
        Assert.All(
            secrets.Concat([lease, Session, AttendanceSystem.AdminPassword]),
            secret => Assert.DoesNotContain(shown, text => text.Contains(secret, StringComparison.Ordinal)));
    }

    private static ILocator Notifications(IPage page) => page.Locator(".fluent-message-bar-provider").First;

    private static ILocator Dialog(IPage page) => page.Locator("fluent-dialog");

    private static ILocator Row(IPage page, string resource) =>
        page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByText(resource, new() { Exact = true }) }).First;

    /// <summary>Chooses a command until its dialog is there, because a menu that is redrawn at that moment ignores the click.</summary>
    private static async Task RunAsync(IPage page, string command)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Row(page, "camera-api").Locator("fluent-button[title=Actions]").ClickAsync(new() { Timeout = MenuPatience });
                await page.Locator("fluent-menu-item").Filter(new() { HasText = "Commands" }).First.HoverAsync(new() { Timeout = MenuPatience });
                await page.Locator("fluent-menu-item").GetByText(command).ClickAsync(new() { Timeout = MenuPatience });
                await Dialog(page).First.WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = MenuPatience });
                return;
            }
            catch (TimeoutException) when (attempt < 4)
            {
                await page.Keyboard.PressAsync("Escape");
            }
        }
    }
}
