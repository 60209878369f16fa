using System.Net;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.People;
using Attendance.Web.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Webhooks;

/// <summary>Tests what receivers are told, over HTTP to a real one, on every database that Web may have.</summary>
public abstract class WebhookSuite
{
    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_ins_marks_and_the_end_of_a_session_are_told_once_also_by_two_replicas()
    {
        await using var site = await StartAsync();
        await site.EnterAsync();
        await using var replica = new WebServer(new Uri("http://127.0.0.1:1"), [.. WebhookSite.Quick, .. Shared(site)])
        {
            Adjust = services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(services, site.Site.Clock),
        };
        replica.StartServer();
        var (ada, bob) = (await site.Site.PersonAsync("Ada Lovelace", "A-1"), await site.Site.PersonAsync("Bob Noyce", "B-1"));
        var session = await site.Site.SessionAsync(await site.Site.GroupAsync("Class 7a", ada, bob), TimeSpan.FromMinutes(-2), "Room 1");
        var checkIn = Guid.NewGuid();

        Assert.IsType<CheckInOutcome.Recorded>(await site.Site.CheckInAsync(ada, "Room 1", checkIn));
        var recorded = await site.ToldAsync("checkin.recorded");
        recorded.AssertSigned();
        Assert.Equal((checkIn.ToString(), ada.ToString(), "A-1", "face", "Room 1", session.ToString()), (recorded.Text("check_in_id"), recorded.Text("person_id"), recorded.Text("person_number"),
            recorded.Text("method"), recorded.Text("place"), recorded.Data.GetProperty("session_ids")[0].GetString()));
        Assert.Equal("pending to present by check_in", Change(await site.ToldAsync("mark.changed")));

        await StateAsync(site, session, ada, CheckInMethod.RollCall, Mark.Late);
        Assert.Equal("present to late by roll_call", Change(await site.ToldAsync("mark.changed", each => each.Text("cause") == "roll_call")));
        await StateAsync(site, session, ada, CheckInMethod.Correction, Mark.Excused);
        Assert.Equal("late to excused by correction", Change(await site.ToldAsync("mark.changed", each => each.Text("cause") == "correction")));

        site.Site.Clock.Ahead += TimeSpan.FromHours(2);
        var closed = await site.ToldAsync("session.closed");
        Assert.Equal(session.ToString(), closed.Text("session_id"));
        Assert.Equal((1, 1, 0), (Count(closed, "excused"), Count(closed, "absent"), Count(closed, "pending")));
        var absent = await site.ToldAsync("mark.changed", each => each.Text("cause") == "closing");
        Assert.Equal(("pending to absent by closing", bob.ToString()), (Change(absent), absent.Text("person_id")));

        await StateAsync(site, session, bob, CheckInMethod.Correction, Mark.Excused); // goes on from what the closing has told
        Assert.Equal("absent to excused by correction", Change(await site.ToldAsync("mark.changed", each => each.Text("person_id") == bob.ToString() && each.Text("cause") == "correction")));
        await AllToldAsync(site);
        Assert.Equal(7, site.Receiver.All.Count);
        Assert.Equal(7, site.Receiver.All.Select(each => each.Id).Distinct().Count());
        Assert.All(site.Receiver.All, each => Assert.False(each.Body.GetRawText().Contains("Ada", StringComparison.Ordinal) || each.Body.GetRawText().Contains("Lovelace", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_receiver_that_is_down_is_told_again_then_listed_and_sent_again_by_a_button()
    {
        await using var site = await StartAsync(("Webhooks:GiveUpAfter", "01:00:00"));
        var id = await site.EnterAsync("webhook.test", "checkin.recorded");
        site.Receiver.Answer = count => count <= 2 ? 503 : 200;
        Assert.Contains("A test is on its way", await site.PressAsync("Test", id), StringComparison.Ordinal);
        await AllToldAsync(site);
        Assert.Equal(3, site.Receiver.All.Count);
        Assert.Single(site.Receiver.All.Select(each => each.Id).Distinct());
        await Eventually.TrueAsync(
            () => site.Site.DbAsync(db => db.WebhookTargets.AllAsync(target => target.FailingSince == null, Cancel)), TimeSpan.FromSeconds(30), "it is not noted as failing any more");

        site.Receiver.Answer = _ => 500;
        await site.PressAsync("Test", id);
        await Eventually.TrueAsync(() => site.Receiver.All.Count >= 4, TimeSpan.FromSeconds(30), "it has failed");
        site.Site.Clock.Ahead += TimeSpan.FromHours(2);
        await Eventually.TrueAsync(() => site.Site.DbAsync(db => db.WebhookDispatches.AnyAsync(each => each.State == DispatchState.Dead, Cancel)), TimeSpan.FromSeconds(30), "it is a dead letter");
        var page = await site.PageAsync();
        Assert.All(["Dead letter", "It answered 500", "Failing since", "Send dead letters again"], words => Assert.Contains(words, page, StringComparison.Ordinal));
        Assert.DoesNotContain("/hook", page, StringComparison.Ordinal); // an address may contain a secret

        site.Receiver.Answer = _ => 200;
        Assert.Contains("Sent again: 1 dead letter.", await site.PressAsync("Again", id), StringComparison.Ordinal);
        await AllToldAsync(site);
        Assert.Equal(2, site.Receiver.All.Select(each => each.Id).Distinct().Count());

        site.Receiver.Answer = _ => 410; // wants nothing more
        await site.PressAsync("Test", id);
        await Eventually.TrueAsync(async () => (await site.PageAsync()).Contains("is off: it accepted nothing", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "it is switched off");
        Assert.Contains("Switch it on first", await site.PressAsync("Test", id), StringComparison.Ordinal);
        Assert.DoesNotContain("is off: it accepted nothing", await site.PressAsync("Switch", id, KeyValuePair.Create("on", "true")), StringComparison.Ordinal);
    }

    private protected abstract Task<WebhookSite> StartAsync(params (string Key, string? Value)[] settings);

    /// <summary>The settings of a replica with the same database.</summary>
    private protected abstract (string Key, string? Value)[] Shared(WebhookSite site);

    /// <summary>Waits until nothing is on its way any more.</summary>
    private protected static Task<TimeSpan> AllToldAsync(WebhookSite site) => Eventually.TrueAsync(
        () => site.Site.DbAsync(async db => !await db.WebhookDispatches.AnyAsync(each => each.State == DispatchState.Pending, Cancel)), TimeSpan.FromSeconds(30), "everything is told");

    private protected static string Change(WebhookReceiver.Received told)
    {
        told.AssertSigned();
        return $"{told.Text("from")} to {told.Text("to")} by {told.Text("cause")}";
    }

    private protected static async Task StateAsync(WebhookSite site, Guid session, Guid person, CheckInMethod method, Mark mark, Guid? id = null)
    {
        var (outcome, _) = await site.Site.WithAsync<Statements, (StatementOutcome, MarkResult?)>(
            statements => statements.RecordAsync(new(id ?? Guid.NewGuid(), session, person, method, mark, "a reason", AttendanceSite.Account), Cancel));
        Assert.Equal(StatementOutcome.Recorded, outcome);
    }

    private static int Count(WebhookReceiver.Received closed, string mark) => closed.Data.GetProperty("counts").GetProperty(mark).GetInt32();
}

public sealed class WebhooksOnPostgresTests(PostgresServer postgres) : WebhookSuite, IClassFixture<PostgresServer>
{
    private string? _database;

    private protected override async Task<WebhookSite> StartAsync(params (string Key, string? Value)[] settings)
    {
        _database = await postgres.CreateMigratedDatabaseAsync(Cancel);
        return await WebhookSite.StartAsync([.. settings, ("ConnectionStrings:attendance-db", _database)]);
    }

    private protected override (string Key, string? Value)[] Shared(WebhookSite site) => [("ConnectionStrings:attendance-db", _database)];
}

public sealed class WebhooksOnSqliteTests : WebhookSuite
{
    [Fact]
    public async Task What_was_not_recorded_is_not_told_and_who_was_deleted_is_in_no_message()
    {
        await using var site = await StartAsync();
        await site.EnterAsync();
        site.Receiver.Answer = _ => 503;
        var (ada, bob) = (await site.Site.PersonAsync("Ada Lovelace", "A-1"), await site.Site.PersonAsync("Bob Noyce", "B-1"));
        await site.Site.SessionAsync(await site.Site.GroupAsync("Class 7a", ada, bob), TimeSpan.FromMinutes(-2));
        var id = Guid.NewGuid();
        Assert.IsType<CheckInOutcome.Recorded>(await site.Site.CheckInAsync(ada, id: id));

        Assert.IsType<CheckInOutcome.IdTaken>(await site.Site.CheckInAsync(bob, id: id)); // found when it is written, and rolled back
        Assert.True(Assert.IsType<CheckInOutcome.Recorded>(await site.Site.CheckInAsync(ada)).IsRepeat);
        Assert.Equal(2, await site.Site.DbAsync(db => db.WebhookMessages.CountAsync(Cancel)));
        Assert.Equal(0, await site.Site.DbAsync(db => db.WebhookMessages.CountAsync(message => message.PersonId == bob, Cancel)));

        await site.Site.WithAsync<PeopleStore, bool>(async people =>
        {
            await people.DeleteAsync(ada, AttendanceSite.Account, Cancel);
            return true;
        });
        Assert.Equal((0, 0), (await site.Site.DbAsync(db => db.WebhookMessages.CountAsync(Cancel)), await site.Site.DbAsync(db => db.WebhookDispatches.CountAsync(Cancel))));
    }

    [Fact]
    public async Task A_secret_that_is_replaced_signs_as_well_for_a_day_and_then_not_any_more()
    {
        await using var site = await StartAsync();
        var id = await site.EnterAsync();
        var former = site.Receiver.Secrets[0];
        var secret = WebhookSite.SecretIn(await site.PressAsync("Rotate", id));
        Assert.DoesNotContain(secret, await site.PageAsync(), StringComparison.Ordinal); // shown once
        site.Receiver.Secrets = [secret, former];

        await site.PressAsync("Test", id);
        Assert.Equal([secret, former], (await site.ToldAsync("webhook.test")).SignedWith);
        await Eventually.TrueAsync(() => site.Site.DbAsync(db => db.WebhookDispatches.AllAsync(each => each.State == DispatchState.Delivered, Cancel)), "it has arrived");

        await site.Site.DbAsync(db => db.WebhookTargets.ExecuteUpdateAsync(target => target.SetProperty(each => each.FormerUntil, DateTime.UtcNow.AddMinutes(-1)), Cancel));
        await site.PressAsync("Test", id);
        await Eventually.TrueAsync(() => site.Receiver.All.Count == 2, "another test has arrived");
        Assert.Equal([secret], site.Receiver.All[1].SignedWith);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_at_all_is_switched_off_after_days_and_said_so()
    {
        await using var site = await StartAsync(("Webhooks:GiveUpAfter", "7.00:00:00"));
        var id = await site.EnterAsync();
        await site.Receiver.DisposeAsync();
        await site.PressAsync("Test", id);
        await Eventually.TrueAsync(async () => (await site.PageAsync()).Contains("It could not be reached", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "it has failed");

        site.Site.Clock.Ahead += TimeSpan.FromDays(6);
        await Eventually.TrueAsync(() => site.Site.DbAsync(db => db.WebhookTargets.AnyAsync(target => target.IsGivenUp, Cancel)), TimeSpan.FromSeconds(30), "it is switched off");
        site.Site.Clock.Ahead = default; // a sign-in does not last for days
        Assert.Contains("is off: it accepted nothing for 5 days", await site.PageAsync(), StringComparison.Ordinal);
        Assert.Contains(site.Site.Web.Logs.GetSnapshot(), record => record.Message.Contains("has failed for too long", StringComparison.Ordinal) && !record.Message.Contains("127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Addresses_in_private_networks_are_not_called_unless_the_configuration_allows_it()
    {
        await using var site = await StartAsync(("Webhooks:PrivateAddresses", "false"));
        var id = await site.EnterAsync();
        await site.PressAsync("Test", id);
        await Eventually.TrueAsync(async () => (await site.PageAsync()).Contains("It is at an address that may not be called", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "it is refused");
        Assert.Empty(site.Receiver.All);
        foreach (var address in (string[])["http://example.com/hook", "ftp://example.com", "https://user:word@example.com/", "hook"])
        {
            Assert.Contains("The address must", await site.PostAsync("/webhooks", [new("Form.Name", "Bad"), new("Form.Address", address), new("Form.Events", "mark.changed")]), StringComparison.Ordinal);
        }

        var (usual, allowed) = (new CalledAddresses(Options.Create(new DispatchOptions())), new CalledAddresses(Options.Create(new DispatchOptions { PrivateAddresses = true })));
        Assert.All(["93.184.215.14", "2606:4700::1111"], text => Assert.True(usual.MayCall(IPAddress.Parse(text)), text));
        Assert.All(["10.0.0.7", "192.168.1.1", "172.20.0.1", "127.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.7"], text => Assert.Equal((false, true), (usual.MayCall(IPAddress.Parse(text)), allowed.MayCall(IPAddress.Parse(text)))));
        Assert.All(["169.254.169.254", "0.0.0.0", "::", "fe80::1", "224.0.0.1", "255.255.255.255", "64:ff9b::a00:7"], text => Assert.False(allowed.MayCall(IPAddress.Parse(text)), text));
    }

    [Fact]
    public void Retries_grow_are_spread_and_end_within_about_a_day()
    {
        var (options, since) = (new DispatchOptions(), new DateTime(2026, 11, 30, 8, 0, 0, DateTimeKind.Utc));
        var (times, now) = (new List<double>(), since);
        while (RetryPlan.Next(options, times.Count + 1, since, now, 0.5) is { } next)
        {
            times.Add((next - now).TotalSeconds);
            now = next;
        }

        Assert.Equal([5, 20, 80, 320, 1280, 5120, 20_480], times.Take(7));
        Assert.InRange(times.Count, 8, 12);
        Assert.InRange(now - since, TimeSpan.FromHours(16), options.GiveUpAfter);
        Assert.Equal((4, 6), (Seconds(0), Seconds(1)));

        double Seconds(double chance) => Math.Round((RetryPlan.Next(options, 1, since, since, chance)!.Value - since).TotalSeconds);
    }

    private protected override Task<WebhookSite> StartAsync(params (string Key, string? Value)[] settings) => WebhookSite.StartAsync(settings);

    private protected override (string Key, string? Value)[] Shared(WebhookSite site) => [("Data:Folder", site.Site.Web.DataFolder)];
}
