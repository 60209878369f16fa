using Attendance.Tests.Hosts;
using Attendance.Tests.Notifications;
using Attendance.Web.Data;
using Attendance.Web.Notifications;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.Browser;

/// <summary>Pictures of the pages of notifications, beside the other <see cref="Screenshots"/>.</summary>
[Trait("Suite", "Browser")]
public sealed class NotificationScreenshots(ChromiumBrowser chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 860, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    public async Task Of_notifications(string device, int width, int height, ColorScheme scheme)
    {
        await using var mails = new MailServer();
        await using var notifications = new NotificationSite(mails.Port);
        notifications.Site.Clock.Ahead = TimeSpan.Zero;
        await notifications.StartAsync();
        var ada = await notifications.Site.PersonAsync("Ada Lovelace", "A-1");
        await notifications.ContactAsync(ada, "byron@example.org", name: "Lord Byron");
        await notifications.ContactAsync(ada, "not-confirmed@a-long-name-of-a-domain.example.org", ContactRelation.Manager, isConfirmed: false, name: "Charles Babbage");
        var group = await notifications.Site.GroupAsync("Class 7a", ada);
        await notifications.RuleAsync(new() { Trigger = "NotCome", Minutes = 10, ToGuardians = true, Group = group });
        await notifications.RuleAsync(new() { Trigger = "LateTimes", Times = 3, ToManagers = true, Addresses = "office@example.org", Digest = "Weekly", SendAt = new(16, 0), QuietFrom = new(22, 0), QuietUntil = new(7, 0) });
        await notifications.Site.SessionAsync(group, TimeSpan.Zero);
        notifications.Site.Clock.Ahead += TimeSpan.FromMinutes(11);
        await notifications.SettleAsync();
        await mails.StopAsync();
        await notifications.Site.WithAsync<Deliveries, bool>(async deliveries =>
        {
            await deliveries.TestAsync("office@example.org", "account", Cancel);
            return true;
        });
        await Eventually.TrueAsync(() => notifications.Site.WithAsync<Deliveries, bool>(async deliveries => await deliveries.OutageAsync(Cancel) is not null), "the server is away");

        var web = notifications.Site.Web.Address;
        await using var window = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme }, Cancel);
        await (await notifications.Site.Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, web);
        var page = await window.NewPageAsync();
        foreach (var (path, name) in ((string, string)[])[("/notifications", "notifications"), ($"/people/{ada}/contacts", "contacts"), ($"/people/{ada}", "person-contacts"), ("/contact/confirm", "contact-confirm")])
        {
            await ShootAsync(path, name);
        }

        async Task ShootAsync(string path, string name)
        {
            await page.GotoAsync(new Uri(web, path).ToString());
            await Screenshots.ShootAsync(page, $"{name}-{device}-{scheme}");
        }
    }
}
