using Attendance.Tests.Hosts;
using Attendance.Tests.Rights;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests what pages offer and say to an operator who may not use every camera.</summary>
[Trait("Suite", "Browser")]
public sealed class RightsTests(ChromiumBrowser chromium) : WebTest
{
    [Fact]
    public async Task A_camera_that_may_not_be_watched_is_not_shown_and_a_right_that_is_taken_away_ends_the_lease()
    {
        await UseAsync("--Cameras:demo:Source=test-pattern", "--Cameras:demo:Name=Reception desk", "--Cameras:vault:Source=test-pattern", "--Cameras:vault:Name=The vault");
        await RuleOn.SetAsync(Web, "vault", watch: "admin", borrow: "admin");
        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Address("/"));
        await Expect(page.GetByText("1 camera, 1 available")).ToBeVisibleAsync();
        await Expect(page.GetByText("The vault")).ToHaveCountAsync(0);
        await page.GotoAsync(Address("/cameras/vault"));
        await Expect(page.GetByText("This account may not watch camera vault.")).ToBeVisibleAsync();
        await Expect(page.Locator("#start")).ToHaveCountAsync(0);

        await page.GotoAsync(Address("/cameras/demo"));
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await RuleOn.SetAsync(Web, "demo", watch: "operator", borrow: "admin");

        await Expect(page.Locator("#state")).ToHaveTextAsync("An administrator has taken away the right to use this camera so, and it was given back.", new() { Timeout = 5000 });
        Assert.Equal("right_lost", Assert.Single(await Api.EndedAsync()).Reason);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("You may not borrow this camera. Administrators decide that: ask one of them.");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Not allowed");
    }

    [Fact]
    public async Task Who_may_only_watch_shares_the_camera_and_is_not_offered_to_take_it_over()
    {
        await RuleOn.SetAsync(Web, "demo", watch: "operator", borrow: "admin");
        await RuleOn.SetAsync(Web, "published-*", publish: "admin");
        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Address("/"));
        await Expect(page.GetByText("for you to watch")).ToBeVisibleAsync();
        await page.GotoAsync(Address("/cameras/demo"));
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        Assert.Equal("shared", Assert.Single(await Api.LiveAsync()).Mode.ToString().ToLowerInvariant());
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Stopped");

        await Api.HoldByAnotherAsync("demo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("In use");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Take over" })).ToBeHiddenAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Watch as well" })).ToBeHiddenAsync();

        await page.GotoAsync(Address("/cameras/browser"));
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await Expect(page.GetByLabel("Let others look at it")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_publication_ends_when_the_right_to_publish_is_taken_away()
    {
        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Address("/cameras/browser"));
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await page.GetByLabel("Let others look at it").CheckAsync();
        await Expect(page.Locator("#facts")).ToContainTextAsync("Others can look at it, as camera published-", new() { Timeout = 30_000 });

        await RuleOn.SetAsync(Web, "published-*", publish: "admin");

        await Expect(page.Locator("#state")).ToHaveTextAsync("An administrator has taken away the right to use this camera so, and it was given back.");
        Assert.Equal("right_lost", Assert.Single(await Api.EndedAsync()).Reason);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync(); // the box is still ticked
        await Expect(page.Locator("#facts")).ToContainTextAsync("You may not publish this camera.");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
    }

    private string Address(string path) => new Uri(Web.Address, path).ToString();
}
