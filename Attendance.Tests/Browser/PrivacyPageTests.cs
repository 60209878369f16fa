using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests a request for deletion from the link, on a phone, to the administrator's answer; and what everybody can read.</summary>
[Trait("Suite", "Browser")]
public sealed class PrivacyPageTests(ChromiumBrowser chromium) : IAsyncLifetime
{
    private readonly AttendanceSite _site = new(new Uri("http://127.0.0.1:1"), ("Accounts:AttemptsPerMinute", "1000"), ("Privacy:Contact", "privacy@example.org"), ("Retention:CheckIns", "1000.00:00:00"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _site.Web.StartServer();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_person_asks_on_a_phone_to_be_deleted_and_an_administrator_does_so()
    {
        var ada = await _site.PersonAsync("Ada Lovelace", "A-1");
        await _site.DbAsync(async db =>
        {
            (await db.People.SingleAsync(Cancel)).Consent = new Consent(_site.Clock.UtcNow, "2026-12", "test");
            return await db.SaveChangesAsync(Cancel);
        });
        await _site.SessionAsync(await _site.GroupAsync("Engines", ada), TimeSpan.Zero);
        await _site.CheckInAsync(ada);
        await using var desk = await chromium.NewContextAsync(null, Cancel);
        await (await _site.Web.SignInAsync(AccountRole.Admin)).GiveToAsync(desk, _site.Web.Address);
        var admin = await desk.NewPageAsync();
        await admin.GotoAsync(Address($"/people/{ada}"));
        await admin.GetByRole(AriaRole.Link, new() { Name = "Privacy and links" }).ClickAsync();
        await admin.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var link = await admin.Locator("#link").TextContentAsync();
        Assert.Equal(link, await AttendancePages.ReadQrAsync(admin.GetByRole(AriaRole.Img, new() { Name = "Link to the person’s data" })));
        await Axe.FindsNothingInAnyViewAsync(admin, "a link to a person's data", isKept: true);

        await using var phone = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 390, Height = 844 } }, Cancel);
        var page = await phone.NewPageAsync();
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url + string.Join(' ', request.Headers.Select(header => header.Value)));
        await page.GotoAsync(Address("/privacy"));
        await Expect(page.GetByText("180 days after you were last seen")).ToBeVisibleAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "privacy", isKept: true);

        await page.GotoAsync(link!);
        await Expect(page.GetByLabel("Code of the link")).Not.ToBeEmptyAsync();
        Assert.Equal(Address("/my-data/setup"), page.Url); // the code is not in the phone's history
        await page.GetByRole(AriaRole.Button, new() { Name = "See my data" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(Address("/my-data"));
        Assert.DoesNotContain(asked, address => address.Contains(link!.Split('#')[1], StringComparison.Ordinal));
        await page.GetByText("Attendance", new() { Exact = true }).Last.ClickAsync();
        await Expect(page.GetByText("Engines")).ToBeVisibleAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "what is kept of a person", isKept: true);
        await page.GetByText("Ask to be deleted").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, ask for it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("You asked to be deleted");

        await admin.GotoAsync(Address("/retention"));
        await Axe.FindsNothingInAnyViewAsync(admin, "retention", isKept: true);
        await admin.GetByRole(AriaRole.Link, new() { Name = "Requests for deletion" }).ClickAsync();
        await admin.Locator("summary", new() { HasText = "Delete" }).ClickAsync();
        await Axe.FindsNothingInAnyViewAsync(admin, "requests for deletion", isKept: true);
        await admin.GetByRole(AriaRole.Button, new() { Name = "Yes, delete everything" }).ClickAsync();
        await Expect(admin.GetByRole(AriaRole.Status)).ToContainTextAsync("The person was deleted");
        await Expect(admin.GetByText("Nobody waits")).ToBeVisibleAsync();

        await page.ReloadAsync();
        await Expect(page).ToHaveURLAsync(Address("/my-data/setup"));
    }

    private string Address(string path) => new Uri(_site.Web.Address, path).ToString();
}
