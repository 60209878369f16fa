using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Notifications;

/// <summary>Tests contacts by the forms that operators send, and by the links of the mails that contacts get.</summary>
public sealed class ContactTests : IAsyncLifetime
{
    private readonly MailServer _mails = new();
    private NotificationSite _notifications = null!;
    private Visit _operator = null!, _contact = null!;
    private Guid _ada;

    private AttendanceSite Site => _notifications.Site;

    private string Contacts => $"/people/{_ada}/contacts";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _notifications = new NotificationSite(_mails.Port, ("Accounts:AttemptsPerMinute", "1000"));
        Site.Clock.Ahead = TimeSpan.Zero; // a sign-in is of now
        await _notifications.StartAsync();
        _ada = await Site.PersonAsync("Ada Lovelace", "A-1");
        _operator = new Visit(Site.Web.Address) { Cookie = (await Site.Web.SignInAsync()).Value };
        _contact = new Visit(Site.Web.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _operator.Dispose();
        _contact.Dispose();
        await _notifications.DisposeAsync();
        await _mails.DisposeAsync();
    }

    [Fact]
    public async Task A_contact_confirms_by_a_link_refuses_by_another_and_no_token_is_logged()
    {
        (await AddAsync("Lord Byron", "byron@example.org")).Leads(Contacts);
        await Eventually.TrueAsync(() => _mails.Received.Count == 1, "the contact is asked");
        var asked = _mails.Received[0];
        Assert.Equal("Please confirm your e-mail address", asked.Subject);
        Assert.DoesNotContain("Ada", $"{asked}", StringComparison.Ordinal); // whoever has the address may be somebody else
        Assert.Null(asked.Headers["List-Unsubscribe"]);
        var token = TokenIn(asked.TextBody, "/contact/confirm#");
        (await _operator.GetAsync(Contacts)).Says(HttpStatusCode.OK, "Waits for confirmation");

        (await _contact.PostAsync("/contact/confirm", new() { ["Token"] = "made-up" })).Says(HttpStatusCode.OK, "not valid any more");
        (await _contact.PostAsync("/contact/unsubscribe", new() { ["Token"] = token })).Says(HttpStatusCode.OK, "not valid"); // it is for one thing only
        (await _contact.PostBareAsync("/contact/confirm", new() { ["Token"] = token })).Says(HttpStatusCode.BadRequest, "");
        (await _contact.PostAsync("/contact/confirm", new() { ["Token"] = token })).Says(HttpStatusCode.OK, "Your address is confirmed");
        (await _operator.GetAsync(Contacts)).Says(HttpStatusCode.OK, ">On<");

        await _notifications.RuleAsync(new() { Trigger = "NotCome", Minutes = 1, ToGuardians = true });
        var group = await Site.GroupAsync("Class", _ada);
        await Site.SessionAsync(group, TimeSpan.Zero);
        Site.Clock.Ahead += TimeSpan.FromMinutes(2);
        await Eventually.TrueAsync(() => _mails.Received.Count == 2, "the contact is told");
        var told = _mails.Received[1];
        var oneClick = Regex.Match(told.Headers["List-Unsubscribe"] ?? "", "^<https://attendance.example.org(/[^>]+)>$").Groups[1].Value;
        var opened = await _contact.GetAsync(oneClick);
        Assert.Equal((HttpStatusCode.Redirect, $"/contact/unsubscribe#{TokenIn(told.TextBody, "/contact/unsubscribe#")}".Split('#')[0]), (opened.Status, opened.Location!.Split('#')[0]));
        (await _operator.GetAsync(Contacts)).Says(HttpStatusCode.OK, ">On<"); // looking at a link changes nothing
        Assert.Equal(HttpStatusCode.BadRequest, (await _contact.PostBareAsync("/contact/unsubscribe/one-click?token=made-up", new() { ["List-Unsubscribe"] = "One-Click" })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _contact.PostBareAsync(oneClick, new() { ["List-Unsubscribe"] = "One-Click" })).Status);
        (await _operator.GetAsync(Contacts)).Says(HttpStatusCode.OK, "Refused by the contact");
        (await _contact.PostAsync("/contact/confirm", new() { ["Token"] = token })).Says(HttpStatusCode.OK, "not valid any more"); // the former link does not undo it

        await Site.SessionAsync(group, TimeSpan.Zero);
        Site.Clock.Ahead += TimeSpan.FromMinutes(2);
        await _notifications.SettleAsync();
        Assert.Equal(2, _mails.Received.Count);
        var logs = string.Concat(Site.Web.Logs.GetSnapshot().Select(record => record.ToString()));
        Assert.All((string[])[token, oneClick.Split("token=")[1], "byron@"], secret => Assert.DoesNotContain(secret, logs, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_contact_is_checked_changed_exported_and_gone_with_the_person()
    {
        (await AddAsync("Byron", "byron")).Says(HttpStatusCode.OK, "must be an e-mail address");
        (await AddAsync("Byron", "a@example.org, b@example.org")).Says(HttpStatusCode.OK, "must be an e-mail address");
        (await AddAsync("Byron", "Byron <byron@example.org>")).Says(HttpStatusCode.OK, "must be an e-mail address");
        (await AddAsync("\u200b", "byron@example.org")).Says(HttpStatusCode.OK, "needs a letter or a digit");
        (await AddAsync("Byron", "byron@example.org", relation: "Friend")).Says(HttpStatusCode.OK, "Choose guardian or manager.");
        (await AddAsync("Byron", "byron@example.org")).Leads(Contacts);
        (await AddAsync("Annabella", "BYRON@example.org")).Says(HttpStatusCode.OK, "a contact with this address already");
        await Eventually.TrueAsync(() => _mails.Received.Count == 1, "the contact is asked");
        var former = TokenIn(_mails.Received[0].TextBody, "/contact/confirm#");
        var id = await Site.DbAsync(db => db.Contacts.Select(contact => contact.Id).SingleAsync(Cancel));
        (await _operator.PostAsync($"{Contacts}?handler=Ask", new() { ["contact"] = $"{id}" }, Contacts)).Says(HttpStatusCode.OK, "asked a few minutes ago");

        (await AddAsync("Byron", "other@example.org", id: id)).Leads(Contacts);
        await Eventually.TrueAsync(() => _mails.To("other@example.org").Count == 1, "the other address is asked");
        (await _contact.PostAsync("/contact/confirm", new() { ["Token"] = former })).Says(HttpStatusCode.OK, "not valid any more");

        using var export = await SignIn.PostFormAsync(_operator.Client, $"/people/{_ada}?handler=Export", [], Cancel, $"/people/{_ada}");
        using var zip = new ZipArchive(await export.Content.ReadAsStreamAsync(Cancel));
        using var contacts = new StreamReader(zip.GetEntry("contacts.json")!.Open());
        Assert.Contains("\"email\": \"other@example.org\"", await contacts.ReadToEndAsync(Cancel), StringComparison.Ordinal);

        (await _operator.PostAsync($"/people/{_ada}?handler=Delete", [], $"/people/{_ada}")).Leads("/people");
        Assert.Equal((0, 0), await Site.DbAsync(async db => (await db.Contacts.CountAsync(Cancel), await db.Mails.CountAsync(Cancel))));
    }

    private Task<Answer> AddAsync(string name, string email, string relation = "Guardian", Guid? id = null)
    {
        var form = new Dictionary<string, string>
        {
            ["Form.Name"] = name, ["Form.Email"] = email, ["Form.Relation"] = relation, ["Form.Language"] = "en", ["Form.GetsMails"] = "true",
        };
        if (id is { } changed)
        {
            form["Form.Id"] = $"{changed}";
        }

        return _operator.PostAsync(Contacts, form);
    }

    private static string TokenIn(string? text, string before) => Regex.Match(text ?? "", Regex.Escape(before) + "([A-Za-z0-9_-]+)").Groups[1].Value;
}
