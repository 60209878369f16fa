using Attendance.Tests.Hosts;
using Attendance.Tests.Notifications;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests notifications from the rule to the mail, as an administrator and a contact use the pages.</summary>
[Trait("Suite", "Browser")]
public sealed class NotificationPageTests(ChromiumBrowser chromium) : IAsyncLifetime
{
    private readonly MailServer _mails = new();
    private readonly HashSet<string> _asked = [];
    private NotificationSite _notifications = null!;
    private Guid _ada;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _notifications = new NotificationSite(_mails.Port);
        _notifications.Site.Clock.Ahead = TimeSpan.Zero; // a sign-in is of now
        await _notifications.StartAsync();
        _ada = await _notifications.Site.PersonAsync("Ada Lovelace", "A-1");
    }

    public async ValueTask DisposeAsync()
    {
        await _notifications.DisposeAsync();
        await _mails.DisposeAsync();
    }

    [Fact]
    public async Task A_rule_is_made_a_contact_confirms_by_the_mail_and_the_delivery_is_shown()
    {
        var site = _notifications.Site;
        await using var desk = await chromium.NewContextAsync(null, Cancel);
        await (await site.Web.SignInAsync(AccountRole.Admin)).GiveToAsync(desk, site.Web.Address);
        var page = await desk.NewPageAsync();
        await page.GotoAsync(Address("/notifications"));
        await page.GetByLabel("What", new() { Exact = true }).SelectOptionAsync("NotCome");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save rule" }).ClickAsync();
        await Expect(page.GetByText("Enter after how many minutes.")).ToBeVisibleAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "a rule, refused", isKept: true);
        await page.GetByLabel("Minutes after the start").FillAsync("10");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save rule" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Rules" })).ToContainTextAsync("Has not come 10 minutes after the start");

        await page.GotoAsync(Address($"/people/{_ada}"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Contacts" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Lord Byron");
        await page.GetByLabel("E-mail").FillAsync("byron@example.org");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add contact" }).ClickAsync();
        await Expect(page.GetByText("Waits for confirmation")).ToBeVisibleAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "a contact who was asked", isKept: true);

        await ConfirmAsync();
        await page.ReloadAsync();
        await Expect(page.GetByText("On", new() { Exact = true })).ToBeVisibleAsync();

        await site.SessionAsync(await site.GroupAsync("Engines", _ada), TimeSpan.Zero);
        site.Clock.Ahead += TimeSpan.FromMinutes(11);
        await Eventually.TrueAsync(() => _mails.Received.Count == 2, "the contact is told");
        Assert.Equal("Ada has not come", _mails.Received[1].Subject);
        await _notifications.SettleAsync();
        await page.GotoAsync(Address("/notifications"));
        var row = page.Locator("#mails tbody tr").First;
        await Expect(row).ToContainTextAsync("not_come");
        await Expect(row).ToContainTextAsync("Sent");
        await Expect(row.GetByRole(AriaRole.Link, new() { Name = "Lord Byron" })).ToBeVisibleAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "rules and mails", isKept: true);
    }

    /// <summary>Opens the link of the mail in another browser, and confirms. The token is in no address that is asked for.</summary>
    private async Task ConfirmAsync()
    {
        await Eventually.TrueAsync(() => _mails.Received.Count == 1, "the contact is asked");
        var link = _mails.Received[0].TextBody!.Split().Single(word => word.StartsWith("https://", StringComparison.Ordinal)).Replace("https://attendance.example.org/", Address("/"), StringComparison.Ordinal);
        await using var window = await chromium.NewContextAsync(null, Cancel);
        var phone = await window.NewPageAsync();
        phone.Request += (_, request) => _asked.Add(request.Url);
        await phone.GotoAsync(link);
        await Expect(phone.GetByLabel("Code of the link")).ToBeHiddenAsync();
        Assert.Equal(Address("/contact/confirm"), phone.Url);
        await Axe.FindsNothingInAnyViewAsync(phone, "confirming an address", isKept: true);
        await phone.GetByRole(AriaRole.Button, new() { Name = "Yes, send me mails" }).ClickAsync();
        await Expect(phone.GetByRole(AriaRole.Status)).ToContainTextAsync("Your address is confirmed");
        Assert.DoesNotContain(_asked, address => address.Contains(link.Split('#')[1], StringComparison.Ordinal));
    }

    private string Address(string path) => new Uri(_notifications.Site.Web.Address, path).ToString();
}
