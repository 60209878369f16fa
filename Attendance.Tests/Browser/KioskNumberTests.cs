using Attendance.Tests.Arrivals;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests a kiosk's screen where more people are expected than a face is compared with, and checks all its states with axe.</summary>
[Trait("Suite", "Browser")]
public sealed class KioskNumberTests(ChromiumBrowser chromium)
{
    private const int People = 4, Faces = 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_enters_the_number_and_is_welcomed_by_face()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Enrollment:Shots:MinSharpness=1", $"--Recognition:MaxCandidates={People - 1}");
        await using var site = await ArrivalSite.OpenAsync(system, People, Faces);
        await using var device = await chromium.NewContextAsync(null, Cancel);
        await device.AddInitScriptAsync(ShownPortraits.Script);
        await device.RouteAsync("**/portraits/*", route => route.FulfillAsync(new() { ContentType = "image/jpeg", BodyBytes = site.People[0].Frames()[0] }));
        var page = await device.NewPageAsync();
        await page.GotoAsync(new Uri(system.Web, "/kiosk").ToString());
        await Axe.FindsNothingInAnyViewAsync(page, "kiosk, the set-up", isKept: true);
        await page.GetByLabel("One-time code").FillAsync(await site.KioskAsync("Tablet"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Set up" }).ClickAsync();

        await Expect(page.Locator("#words")).ToHaveTextAsync("Enter your number, or show your QR code", new() { Timeout = 30_000 });
        await Axe.FindsNothingInAnyViewAsync(page, "kiosk, waiting for a number", isKept: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use my code" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Enter my number" })).ToBeHiddenAsync(); // hidden while a code is entered
        await Axe.FindsNothingInAnyViewAsync(page, "kiosk, a code is entered", isKept: true);
        await page.GetByLabel("Your number").FillAsync(site.People[0].FirstName);
        await page.GetByLabel("Your code").FillAsync("no");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check in" }).ClickAsync();
        await Expect(page.Locator("#code-problem")).ToHaveTextAsync("The number or the code is wrong.");
        await Axe.FindsNothingInAnyViewAsync(page, "kiosk, a code that is wrong", isKept: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Enter my number" }).ClickAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "kiosk, a number is entered", isKept: true);
        await page.GetByLabel("Number", new() { Exact = true }).FillAsync(site.People[0].FirstName);
        await page.EvaluateAsync("() => show('person')");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look at me" }).ClickAsync();
        await Expect(page.Locator("#words")).ToHaveTextAsync($"Welcome, {site.People[0].FirstName}", new() { Timeout = 30_000 });
        await Axe.FindsNothingInAnyViewAsync(page, "kiosk, a welcome", isKept: true);
        Assert.Equal(site.People[0].PersonId, Assert.Single(await site.RecordedAsync()).PersonId);

        await page.EvaluateAsync("() => show('')");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Enter my number" })).ToBeVisibleAsync(new() { Timeout = 30_000 }); // for the next person
    }
}
