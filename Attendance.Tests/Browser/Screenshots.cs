using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Rights;
using Attendance.Tests.Subjects;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Attendance.Web.Demo;
using Attendance.Web.Doors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Pictures of the pages for people to look at, in <c>screenshots/</c> beside this file: <c>./test.sh --screenshots</c>.</summary>
[Trait("Suite", "Browser")]
public sealed class Screenshots(ChromiumBrowser chromium) : WebTest
{
    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 860, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    public async Task Of_a_phone_as_the_camera(string device, int width, int height, ColorScheme scheme)
    {
        BrowserNewContextOptions view = new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme };
        await using var desk = await WindowAsync(chromium, view);
        await using var phone = await chromium.NewContextAsync(view, Cancel);
        var page = await desk.NewPageAsync();
        await page.GotoAsync(Web.Address.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Use my phone as the camera" }).ClickAsync();
        var link = await AttendancePages.ReadQrAsync(page.GetByRole(AriaRole.Img, new() { Name = "QR code for the phone" }));
        await ShootAsync(page, $"phone-code-{device}-{scheme}");
        var shown = await phone.NewPageAsync();
        await shown.GotoAsync(link!);
        await Expect(shown.Locator("#words")).ToContainTextAsync("Your camera is shown");
        await ShootAsync(shown, $"phone-camera-{device}-{scheme}");
        await shown.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.Locator("#phone-pair")).ToBeVisibleAsync();
        await ShootAsync(shown, $"phone-ended-{device}-{scheme}");
        await ShootAsync(page, $"phone-ended-desk-{device}-{scheme}");
    }

    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 860, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    public async Task Of_rights(string device, int width, int height, ColorScheme scheme)
    {
        await RuleOn.SetAsync(Web, "door-*", watch: "operator", borrow: "team:reception");
        await RuleOn.SetAsync(Web, "demo", watch: "admin", borrow: "admin");
        await RuleOn.SetAsync(Web, "published-*", publish: "team:reception, team:security");
        await using var window = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme }, Cancel);
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, Web.Address);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Web.Address, "/rights").ToString());
        await page.GetByLabel("Cameras", new() { Exact = true }).FillAsync("vault");
        await page.GetByLabel("Watch:").FillAsync("nobody");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save rule" }).ClickAsync();
        await Expect(page.Locator(".field-validation-error").First).ToBeVisibleAsync();
        await ShootAsync(page, $"rights-{device}-{scheme}");
        await page.GotoAsync(new Uri(Web.Address, "/accounts").ToString());
        await ShootAsync(page, $"accounts-teams-{device}-{scheme}");
        await using var other = await WindowAsync(chromium, new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        var refused = await other.NewPageAsync();
        await refused.GotoAsync(new Uri(Web.Address, "/cameras/demo").ToString());
        await ShootAsync(refused, $"rights-refused-{device}-{scheme}");
    }

    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 860, ColorScheme.Light)]
    [InlineData("desktop", 1280, 860, ColorScheme.Dark)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    public async Task Of_every_page(string device, int width, int height, ColorScheme scheme)
    {
        await using var window = await WindowAsync(
            chromium, new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        var page = await window.NewPageAsync();
        Task ShootAsync(string name) => Screenshots.ShootAsync(page, $"{name}-{device}-{scheme}");

        await using var visitor = await chromium.NewContextAsync(
            new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme }, Cancel);
        var outside = await visitor.NewPageAsync();
        await outside.GotoAsync(new Uri(Web.Address, "/sign-in").ToString());
        await outside.GetByLabel("User name").FillAsync("somebody");
        await outside.GetByLabel("Password").FillAsync("not the password");
        await outside.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(outside.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Screenshots.ShootAsync(outside, $"sign-in-{device}-{scheme}");
        await ShootPeopleAsync(page, ShootAsync);

        Api.Proxy.Rewrite<CamerasResponse>("/api/cameras", list => list with
        {
            Cameras = [.. Enum.GetValues<CameraState>().Select(state => list.Cameras[0] with
            {
                CameraId = $"{state}", Name = $"Camera at {state}", State = state, HeldSince = state == CameraState.Held ? DateTime.UtcNow.AddMinutes(-4) : null,
            })],
        });
        await page.GotoAsync(Web.Address.ToString());
        await Expect(page.GetByText("7 cameras, 1 available")).ToBeVisibleAsync();
        await ShootAsync("list");

        Api.Proxy.StopRewriting("/api/cameras");
        await page.GotoAsync(new Uri(Web.Address, "/cameras/demo").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await ShootAsync("live");
        await page.GotoAsync(new Uri(Web.Address, "/cameras/browser").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await ShootAsync("browser-live");
        await page.GetByLabel("Let others look at it").CheckAsync();
        await Expect(page.Locator("#facts a")).ToContainTextAsync("published-");
        await ShootAsync("browser-published");
        await page.EvaluateAsync("() => { localStorage.clear(); MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', 'NotReadableError')); }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Not available", new() { Timeout = 20_000 });
        await ShootAsync("browser-busy");

        await page.GotoAsync(new Uri(Web.Address, "/demo/camera-module").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "new CameraSession(…)" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "start()", Exact = true }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("live");
        await Expect(page.Locator("#facts")).ToContainTextAsync("showing");
        await ShootAsync("module");

        await page.GotoAsync(new Uri(Web.Address, "/cameras/demo").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        var shared = await Api.HoldByAnotherAsync("demo", takeover: true, mode: "shared", role: "recognizer");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Ended");
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Watch as well" })).ToBeVisibleAsync();
        await ShootAsync("shared");
        await Api.LeaveAsync(shared.SessionId, "client");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await Api.HoldByAnotherAsync("demo", takeover: true);
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Ended");
        await ShootAsync("lost");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("In use");
        await ShootAsync("in-use");
        Api.Proxy.Refuse("POST", "/api/leases", new Problem(503, ProblemCodes.CameraUnavailable, "The camera does not open.") { RetryAfter = TimeSpan.FromSeconds(9) });
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Not available");
        await ShootAsync("unavailable");
        await page.GotoAsync(new Uri(Web.Address, "/cameras/nowhere").ToString());
        await ShootAsync("unknown");
        Api.Proxy.Refuse("GET", "/api/cameras", new Problem(503, ProblemCodes.StoreUnavailable, "The store does not answer."));
        await page.GotoAsync(Web.Address.ToString());
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await ShootAsync("trouble");
    }

    [Theory(Explicit = true)]
    [InlineData("desktop", 1440, 900, ColorScheme.Light)]
    [InlineData("desktop", 1440, 900, ColorScheme.Dark)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    public async Task Of_the_console(string device, int width, int height, ColorScheme scheme)
    {
        await using var window = await chromium.NewContextAsync(
            new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme }, Cancel);
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, Web.Address);
        var page = await window.NewPageAsync();
        Task ShootAsync(string name, bool isWhole) => Screenshots.ShootAsync(page, $"ops-{name}-{device}-{scheme}", isWhole);

        await page.GotoAsync(new Uri(Web.Address, "/ops").ToString());
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await ShootAsync("nothing", isWhole: true);
        await OpsScene.ShowAsync(Api.Proxy);
        await Expect(page.Locator("#alerts > li")).ToHaveCountAsync(4);
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#audit-rows")).ToContainTextAsync("night-shift");
        await ShootAsync("busy", isWhole: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Loading bay", Exact = true }).Last.ClickAsync();
        await Expect(page.Locator("#history-rows tr")).Not.ToHaveCountAsync(0);
        await ShootAsync("camera", isWhole: false);
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("tr[data-camera*='cam-06'] .camera-link").ClickAsync();
        await Expect(page.Locator("#camera-holders li")).ToHaveCountAsync(2);
        await ShootAsync("shared", isWhole: false);
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Release all…" }).ClickAsync();
        await Expect(page.Locator("#command-affected")).ToBeVisibleAsync();
        await ShootAsync("release-all", isWhole: false);
        await page.Keyboard.PressAsync("Escape");
        Api.Proxy.Refuse("GET", "/api/events", Microsoft.AspNetCore.Http.Results.StatusCode(503));
        Api.Proxy.Cut("/api/events");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await ShootAsync("lost", isWhole: false);
    }

    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 860, ColorScheme.Light)]
    [InlineData("desktop", 1280, 860, ColorScheme.Dark)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    public async Task Of_doors_and_the_demo(string device, int width, int height, ColorScheme scheme)
    {
        await using var window = await chromium.NewContextAsync(
            new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme }, Cancel);
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, Web.Address);
        var page = await window.NewPageAsync();
        Task ShootAsync(string name) => Screenshots.ShootAsync(page, $"{name}-{device}-{scheme}");

        async Task OpenAsync(string address, string name)
        {
            await page.GotoAsync(new Uri(Web.Address, address).ToString());
            await ShootAsync(name);
        }

        await OpenAsync("/doors", "doors-none");
        await OpenAsync("/demo", "demo-none");
        await using var scope = Web.Services.CreateAsyncScope();
        var faces = await scope.ServiceProvider.GetRequiredService<DemoFaces>().ChooseAsync(Repository.PathOf("Attendance.Web/node_modules"), 3, Cancel);
        await scope.ServiceProvider.GetRequiredService<DemoClass>().MakeAsync(faces, Cancel);
        await scope.ServiceProvider.GetRequiredService<DoorStore>().TryAddAsync(new() { Name = "Loading bay", Place = "Yard", CameraId = "demo" }, "test", Cancel);
        await page.GotoAsync(new Uri(Web.Address, "/doors").ToString());
        await page.GetByLabel("Name").FillAsync("Back door");
        await page.GetByLabel("Place").FillAsync("Yard");
        await page.GetByLabel("Camera of the server").FillAsync("auto");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add door" }).ClickAsync();
        await Expect(page.GetByText("The camera must be the id of a camera of the server.")).ToBeVisibleAsync();
        await ShootAsync("doors");
        await OpenAsync("/kiosks", "kiosks");
        await OpenAsync("/import", "import");
        await OpenAsync("/demo", "demo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Code for the demo’s kiosk" }).ClickAsync();
        await Expect(page.Locator("#setup-code")).ToBeVisibleAsync();
        await ShootAsync("demo-code");
    }

    /// <summary>Keeps a screenshot of a page that is no wider than its window.</summary>
    /// <summary>Takes a picture of a page, or of what its window shows. No page is wider than its window.</summary>
    internal static async Task ShootAsync(IPage page, string name, bool isWhole = true)
    {
        await page.ScreenshotAsync(new() { Path = PathOf(name + ".png"), FullPage = isWhole });
        Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"), name);
    }

    private async Task ShootPeopleAsync(IPage page, Func<string, Task> shootAsync)
    {
        async Task OpenAsync(string address, string name)
        {
            await page.GotoAsync(new Uri(Web.Address, address).ToString());
            await shootAsync(name);
            Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"));
        }

        await OpenAsync("/people", "people-none");
        await using var scope = Web.Services.CreateAsyncScope();
        Task<Guid> AddAsync(string name, string number, string group, bool consent, params Pose[] poses) =>
            TestPeople.AddAsync(scope.ServiceProvider, name, number, group, consent, poses, Cancel);
        var ada = await AddAsync("Ada Lovelace", "E-1815", "Engines", true, [.. Poses.All]);
        var alan = await AddAsync("Alan Turing", "E-1912", "Machines", false);
        await AddAsync("Grace Brewster Murray Hopper", "N-1906", "Compilers and other languages", true, Pose.Front, Pose.Left);
        for (var i = 0; i < 22; i++)
        {
            await AddAsync($"Person of the list {i:00}", $"P-{i:000}", "Engines", i % 3 != 0);
        }

        await OpenAsync("/people", "people");
        await OpenAsync($"/people/{ada}", "person");
        await page.GetByText("Delete person").ClickAsync();
        await shootAsync("person-delete");
        await OpenAsync("/privacy", "privacy");
        await OpenAsync("/my-data/setup", "my-data-setup");
        await OpenAsync($"/people/{alan}", "person-without-consent");
        await OpenAsync($"/people/{ada}/edit", "person-edit");
        await OpenAsync("/people/new", "person-new");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and continue" }).ClickAsync();
        await shootAsync("person-new-refused");
        await OpenAsync("/account", "account");
        await OpenAsync("/account/password", "password");
        await OpenAsync("/accounts", "accounts-forbidden");
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(page.Context, Web.Address);
        await OpenAsync("/accounts", "accounts");
        await page.GetByLabel("User name").FillAsync("grace");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add account" }).ClickAsync();
        await shootAsync("accounts-added");
    }

    internal static string PathOf(string name) => Repository.PathOf("Attendance.Tests/Browser/screenshots", name);
}
