using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using Xunit.Sdk;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Every page as axe sees it, and what can be done by keyboard alone.</summary>
[Trait("Suite", "Browser")]
public sealed class AccessibilityTests(ChromiumBrowser chromium) : WebTest
{
    [Fact]
    public async Task Axe_finds_nothing_on_any_page()
    {
        Api.Proxy.Rewrite<CamerasResponse>("/api/cameras", list => list with
        {
            Cameras = [.. list.Cameras, list.Cameras[0] with { CameraId = "door", Name = "Front door", State = CameraState.Held, HeldSince = DateTime.UtcNow }],
        });
        var (complete, without) = await PeopleAsync();
        var admin = await Web.SignInAsync(AccountRole.Admin);
        await using var window = await chromium.NewContextAsync(null, Cancel);
        var page = await window.NewPageAsync();
        await CheckAsync(page, "/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await CheckAsync(page, null, "sign-in, refused");

        await admin.GiveToAsync(window, Web.Address);
        foreach (var address in (string[])["/people", $"/people/{complete}", $"/people/{without}", $"/people/{complete}/edit", "/people/new", "/account",
            "/account/password", "/accounts", "/", "/trouble/404", "/trouble/403", "/attendance", "/groups", "/schedules", "/doors", "/kiosks", "/rights", "/api-tokens", "/webhooks", "/demo", "/phone/setup", "/notifications", "/contact/confirm", $"/people/{complete}/contacts", "/retention", "/privacy", "/privacy/requests", "/my-data/setup", $"/people/{complete}/privacy",
            "/import", "/import/people", "/import/pictures", "/import/timetable"])
        {
            await CheckAsync(page, address);
        }

        await page.GotoAsync(Address($"/people/{complete}"));
        await page.GetByText("Delete person").ClickAsync();
        await page.GetByText("Withdraw consent").ClickAsync();
        await CheckAsync(page, null, "a person, about to be deleted");
        await page.GotoAsync(Address("/people/new"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and continue" }).ClickAsync();
        await CheckAsync(page, null, "a new person, refused");
        await page.GotoAsync(Address("/accounts"));
        await page.GetByLabel("User name").FillAsync("somebody");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add account" }).ClickAsync();
        await CheckAsync(page, null, "an account, just added");

        await CheckAttendanceAsync(page, complete, without);
        await CheckConsoleAsync(page);
        await page.GotoAsync(Address("/cameras/demo"));
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await CheckAsync(page, null, "a camera");
        await page.GotoAsync(Address("/cameras/browser"));
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await CheckAsync(page, null, "this device's camera");
        var unfinished = await AddAsync("Unfinished Person", "U-1", consent: true, [Pose.Front]);
        await page.GotoAsync(Address($"/people/{unfinished}/capture"));
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#hint")).Not.ToBeEmptyAsync();
        await CheckAsync(page, null, "taking pictures");
        await page.GotoAsync(Address($"/people/{complete}/capture"));
        await Expect(page.Locator("#prompt")).ToContainTextAsync("All pictures are there");
        await CheckAsync(page, null, "all pictures taken");
    }

    [Fact]
    public async Task What_axe_finds_on_a_page_is_named()
    {
        await using var window = await chromium.NewContextAsync(null, Cancel);
        var page = await window.NewPageAsync();
        await page.SetContentAsync("<html lang='en'><title>A page</title><main><h1>A page</h1><img src='data:,'></main></html>");

        var failure = await Assert.ThrowsAsync<TrueException>(() => Axe.FindsNothingInAnyViewAsync(page, "a page"));

        Assert.Contains("image-alt", failure.Message, StringComparison.Ordinal);
        Assert.Contains("<img", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_added_by_keyboard_alone()
    {
        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Address("/people"));

        await TabToAsync(page, "New person");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Full name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Keyboard Only");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("K-1");
        await TabToAsync(page, "The person has read this text");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Pictures of Keyboard Only" })).ToBeVisibleAsync();
        await TabToAsync(page, "Take picture");
    }

    private async Task CheckAttendanceAsync(IPage page, Guid enrolled, Guid other)
    {
        var (group, session) = await AttendAsync(enrolled, other);
        foreach (var address in (string[])["/attendance", $"/attendance/{session}", $"/attendance/{session}/people/{other}", "/groups", $"/groups/{group}", "/schedules",
            "/schedules/new", "/schedules/sessions/new", $"/schedules/sessions/{session}", "/schedules/holidays", "/schedules/periods", $"/people/{other}/attendance", $"/people/{other}/codes",
            "/reports", "/reports/groups", $"/reports/groups/{group}", "/reports/people", $"/reports/people/{other}", "/reports/calendars"])
        {
            await CheckAsync(page, address);
        }

        await page.GotoAsync(Address("/schedules/new"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the next dates" }).ClickAsync();
        await CheckAsync(page, null, "a schedule, refused");
        await page.GotoAsync(Address($"/people/{other}/codes"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Issue a QR code" }).ClickAsync();
        await CheckAsync(page, null, "a QR code, just issued");
        await page.GotoAsync(Address($"/attendance/{session}"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Late", Exact = true }).First.ClickAsync();
        await Expect(page.Locator("[data-field='by']").First).ToHaveTextAsync("Roll call");
        await CheckAsync(page, null, "a roll call");
    }

    /// <summary>A session under way that expects both.</summary>
    private async Task<(Guid Group, Guid Session)> AttendAsync(params Guid[] people)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        var groups = scope.ServiceProvider.GetRequiredService<GroupStore>();
        var group = (await groups.AddAsync("Class 7a", "test", Cancel)).Group!;
        foreach (var person in people)
        {
            await groups.AddMemberAsync(group.Id, person, "test", Cancel);
        }

        var now = DateTime.UtcNow;
        var session = await scope.ServiceProvider.GetRequiredService<AttendanceSessionStore>().AddAsync(
            new("Mathematics", [group.Id], DateOnly.FromDateTime(now), TimeOnly.FromDateTime(now), TimeSpan.FromHours(1), "UTC", "Room 1"), "test", Cancel);
        return (group.Id, session!.Id);
    }

    private async Task CheckConsoleAsync(IPage page)
    {
        await page.GotoAsync(Address("/ops"));
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await CheckAsync(page, null, "a console of nothing");
        await OpsScene.ShowAsync(Api.Proxy);
        await Expect(page.Locator("#alerts > li")).ToHaveCountAsync(4);
        foreach (var fold in (string[])["Resolved", "Not delivered to webhooks", "As a table"])
        {
            await page.GetByText(fold).First.ClickAsync();
        }

        await CheckAsync(page, null, "a busy console");
        await page.GetByRole(AriaRole.Button, new() { Name = "Loading bay", Exact = true }).Last.ClickAsync();
        await Expect(page.Locator("#history-rows tr")).Not.ToHaveCountAsync(0);
        await CheckAsync(page, null, "one camera of the console");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Release all…" }).ClickAsync();
        await Expect(page.Locator("#command-affected")).ToBeVisibleAsync();
        await CheckAsync(page, null, "about to release all");
    }

    private async Task CheckAsync(IPage page, string? address, string? name = null)
    {
        if (address is not null)
        {
            await page.GotoAsync(Address(address));
        }

        await Axe.FindsNothingInAnyViewAsync(page, name ?? address!);
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var i = 0; i < 30; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>(
                "name => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().startsWith(name)", name))
            {
                return;
            }
        }

        Assert.Fail($"'{name}' is not reached by the Tab key.");
    }

    private string Address(string path) => new Uri(Web.Address, path).ToString();

    private async Task<(Guid Complete, Guid Without)> PeopleAsync()
    {
        await AddAsync("Grace Hopper", "A-2", consent: true, [Pose.Front, Pose.Left]);
        return (await AddAsync("Ada Lovelace", "A-1", consent: true, [.. Poses.All]), await AddAsync("Alan Turing", "A-3", consent: false, []));
    }

    private async Task<Guid> AddAsync(string name, string number, bool consent, IReadOnlyList<Pose> poses)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        return await TestPeople.AddAsync(scope.ServiceProvider, name, number, "Engines", consent, poses, Cancel);
    }
}
