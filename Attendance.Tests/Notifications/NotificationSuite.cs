using System.Globalization;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Attendance.Web.Notifications;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SmtpServer.Protocol;
using Xunit;

namespace Attendance.Tests.Notifications;

/// <summary>Tests who is told what by mail, with a real mail server, on every database that Web may have.</summary>
public abstract class NotificationSuite : IAsyncLifetime
{
    private static readonly TimeSpan s_anHour = TimeSpan.FromMinutes(61);

    private readonly MailServer _mails = new();
    private NotificationSite _notifications = null!;
    private (string Key, string? Value)[] _settings = [];
    private Guid _ada, _bob, _group;

    private AttendanceSite Site => _notifications.Site;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _settings = await SettingsAsync();
        _notifications = new NotificationSite(_mails.Port, _settings);
        await _notifications.StartAsync();
        (_ada, _bob) = (await Site.PersonAsync("Ada Lovelace", "A-1"), await Site.PersonAsync("Bob Byron", "B-1"));
        _group = await Site.GroupAsync("Engines", _ada, _bob);
    }

    public async ValueTask DisposeAsync()
    {
        if (_notifications is not null)
        {
            await _notifications.DisposeAsync();
        }

        await _mails.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Who_is_absent_is_told_of_once_to_whom_the_rule_names_and_to_nobody_else()
    {
        var carl = await Site.PersonAsync("Carl Excused", "C-1");
        await Site.WithAsync<GroupStore, bool>(groups => groups.AddMemberAsync(_group, carl, AttendanceSite.Account, Cancel));
        await _notifications.ContactAsync(_ada, "guardian@example.org");
        await _notifications.ContactAsync(_ada, "vater@example.org", language: "de");
        await _notifications.ContactAsync(_ada, "manager@example.org", ContactRelation.Manager);
        await _notifications.ContactAsync(_ada, "unconfirmed@example.org", isConfirmed: false);
        await _notifications.ContactAsync(_bob, "bobs@example.org");
        await _notifications.ContactAsync(carl, "carls@example.org");
        await _notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true, Addresses = "office@example.org", Group = _group });
        var session = await Site.SessionAsync(_group, TimeSpan.Zero);
        await Site.CheckInAsync(_bob);
        await _notifications.CorrectAsync(session, carl, Mark.Excused);
        await _notifications.SettleAsync();
        Assert.Empty(_mails.Received); // pending is not absent

        Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();
        await _notifications.SettleAsync(); // also when it is looked at again

        Assert.Equal(["guardian@example.org", "office@example.org", "vater@example.org"], _mails.Received.SelectMany(each => each.To.Mailboxes).Select(box => box.Address).Order());
        var mail = _mails.To("guardian@example.org").Single();
        var id = await Site.DbAsync(db => db.Mails.Where(each => db.Contacts.Any(contact => contact.Id == each.ContactId && contact.Email == "guardian@example.org")).Select(each => each.Id).SingleAsync(Cancel));
        Assert.Equal(("Ada was absent", "Schule Ä", $"{id:N}@example.org"), (mail.Subject, mail.From.Mailboxes.Single().Name, mail.MessageId));
        Assert.StartsWith($"Ada was absent.\nLesson, {NotificationSite.Morning:yyyy-MM-dd}, 08:00 to 09:00\n", mail.TextBody!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("Lovelace", $"{mail}", StringComparison.Ordinal);
        Assert.DoesNotContain("Bob", $"{mail}", StringComparison.Ordinal);
        Assert.Equal(("auto-generated", "List-Unsubscribe=One-Click"), (mail.Headers["Auto-Submitted"], mail.Headers["List-Unsubscribe-Post"]));
        Assert.StartsWith("<https://attendance.example.org/contact/unsubscribe/one-click?token=", mail.Headers["List-Unsubscribe"], StringComparison.Ordinal);
        Assert.InRange(mail.Date, Site.Clock.GetUtcNow().AddMinutes(-2), Site.Clock.GetUtcNow());
        Assert.Equal("Ada war abwesend", _mails.To("vater@example.org").Single().Subject);
        Assert.Null(_mails.To("office@example.org").Single().Headers["List-Unsubscribe"]); // administrators say what is sent there
    }

    [Fact]
    public async Task Who_is_late_three_times_in_a_month_is_told_of_once_and_who_is_absent_twice_in_a_row_too()
    {
        await _notifications.ContactAsync(_ada, "adas@example.org");
        await _notifications.ContactAsync(_bob, "bobs@example.org");
        await _notifications.RuleAsync(new() { Trigger = "LateTimes", Times = 3, Period = "Month", ToGuardians = true });
        await _notifications.RuleAsync(new() { Trigger = "LateTimes", Times = 2, Period = "ThirtyDays", ToGuardians = false, Addresses = "office@example.org" });
        await _notifications.RuleAsync(new() { Trigger = "AbsentInRow", Times = 2, ToGuardians = true });
        for (var lesson = 1; lesson <= 4; lesson++)
        {
            var session = await Site.SessionAsync(_group, TimeSpan.Zero);
            if (lesson == 2)
            {
                await _notifications.CorrectAsync(session, _bob, Mark.Excused); // is neither counted, nor does it end the row
            }

            Site.Clock.Ahead += TimeSpan.FromMinutes(10);
            await Site.CheckInAsync(_ada);
            Site.Clock.Ahead += s_anHour;
            await _notifications.SettleAsync();
        }

        Assert.Equal($"Ada was late 3 times in {NotificationSite.Morning:yyyy-MM}", Assert.Single(_mails.To("adas@example.org")).Subject);
        Assert.Equal("Bob was absent 2 times in a row", Assert.Single(_mails.To("bobs@example.org")).Subject);
        Assert.Equal(["Ada was late 2 times within 30 days", "Ada was late 2 times within 30 days"], _mails.To("office@example.org").Select(mail => mail.Subject)); // the first two, then the next two
    }

    [Fact]
    public async Task A_digest_has_everybody_of_one_address_and_a_correction_before_it_withdraws()
    {
        var carl = await Site.PersonAsync("Carl", "C-1");
        await Site.WithAsync<GroupStore, bool>(groups => groups.AddMemberAsync(_group, carl, AttendanceSite.Account, Cancel));
        foreach (var person in (Guid[])[_ada, _bob, carl])
        {
            await _notifications.ContactAsync(person, person == _bob ? "Parents@example.org" : "parents@example.org");
        }

        await _notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true, Digest = "Daily", SendAt = new(18, 0) });
        var first = await Site.SessionAsync(_group, TimeSpan.Zero);
        Site.Clock.Ahead += s_anHour;
        await Site.SessionAsync(_group, TimeSpan.Zero);
        await Site.CheckInAsync(carl);
        Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();
        Assert.Empty(_mails.Received);
        await _notifications.CorrectAsync(first, carl, Mark.Present);
        await _notifications.CorrectAsync(first, _bob, Mark.Excused);

        Site.Clock.Ahead = NotificationSite.Morning.AddHours(10.1) - DateTime.UtcNow;
        await _notifications.SettleAsync();

        var mail = Assert.Single(_mails.Received);
        Assert.Equal("Attendance: 3 messages", mail.Subject);
        var lines = mail.TextBody!.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal((2, 1, 0), (lines.Count(line => line == "Ada was absent."), lines.Count(line => line == "Bob was absent."), lines.Count(line => line.Contains("Carl", StringComparison.Ordinal))));
        Assert.Equal(2, await Site.DbAsync(db => db.Notifications.CountAsync(each => each.State == NotificationState.Withdrawn, Cancel)));
    }

    [Fact]
    public async Task Who_has_not_come_is_told_of_and_a_correction_after_the_mail_sends_one_more()
    {
        await _notifications.ContactAsync(_ada, "adas@example.org");
        await _notifications.ContactAsync(_bob, "bobs@example.org");
        await _notifications.RuleAsync(new() { Trigger = "NotCome", Minutes = 15, ToGuardians = true });
        var session = await Site.SessionAsync(_group, TimeSpan.Zero);
        await Site.CheckInAsync(_bob);
        Site.Clock.Ahead += TimeSpan.FromMinutes(16);
        await _notifications.SettleAsync();
        Assert.Equal("Ada has not come", Assert.Single(_mails.Received).Subject);

        await Site.CheckInAsync(_ada);
        await Eventually.TrueAsync(() => _mails.Received.Count == 2, "the correction is sent");
        await _notifications.CorrectAsync(session, _ada, Mark.Present);
        await _notifications.CorrectAsync(session, _ada, Mark.Absent);
        await _notifications.SettleAsync();

        Assert.Equal(["Ada has not come", "Correction: Ada has come late"], _mails.To("adas@example.org").Select(mail => mail.Subject));
        Assert.Empty(_mails.To("bobs@example.org"));
    }

    [Fact]
    public async Task A_cancelled_session_takes_back_what_was_told_of_it()
    {
        await _notifications.ContactAsync(_ada, "adas@example.org");
        await _notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true });
        var session = await Site.SessionAsync(_group, TimeSpan.Zero);
        Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();

        await Site.WithAsync<AttendanceSessionStore, SessionOutcome>(
            sessions => sessions.CancelAsync(session, true, "The teacher was ill", AttendanceSite.Account, Cancel));
        await _notifications.SettleAsync();
        await _notifications.SettleAsync();

        Assert.Equal(["Ada was absent", "Correction: the session of Ada did not take place"], _mails.Received.Select(mail => mail.Subject));
    }

    [Fact]
    public async Task Nothing_is_sent_in_quiet_hours_and_it_is_sent_after_them()
    {
        await _notifications.ContactAsync(_ada, "adas@example.org");
        await _notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true, QuietFrom = new(8, 30), QuietUntil = new(10, 0) });
        await Site.SessionAsync(_group, TimeSpan.Zero);
        Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();
        Assert.Equal(NotificationState.Pending, await Site.DbAsync(db => db.Notifications.Select(each => each.State).SingleAsync(Cancel)));

        Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();

        Assert.Single(_mails.Received);
    }

    [Fact]
    public async Task An_address_that_is_refused_gets_nothing_more_and_a_server_that_wants_it_later_gets_it_later()
    {
        await _notifications.ContactAsync(_ada, "gone@example.org");
        await _notifications.ContactAsync(_bob, "grey@example.org");
        var asked = 0;
        _mails.Answer = to => to.StartsWith("gone", StringComparison.Ordinal) ? new((SmtpReplyCode)550, "No such user")
            : ++asked <= 2 ? new((SmtpReplyCode)451, "Greylisted") : null;
        await _notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true });
        await Site.SessionAsync(_group, TimeSpan.Zero);
        Site.Clock.Ahead += s_anHour;
        await Eventually.TrueAsync(() => _mails.Received.Count == 1, "the server takes it at last");
        await _notifications.SettleAsync();

        Assert.Equal("Bob was absent", _mails.To("grey@example.org").Single().Subject);
        var mails = await Site.DbAsync(db => db.Mails.AsNoTracking().ToListAsync(Cancel));
        Assert.Equal([(MailState.Sent, null, 3), (MailState.Refused, (MailTrouble?)MailTrouble.Address, 1)], mails.OrderBy(mail => mail.State).Select(mail => (mail.State, mail.Trouble, mail.Attempts)));
        Assert.Equal($"{mails.Single(mail => mail.State == MailState.Sent).Id:N}@example.org", _mails.Received[0].MessageId);
        Assert.NotNull(await Site.DbAsync(db => db.Contacts.Where(contact => contact.PersonId == _ada).Select(contact => contact.UndeliverableAt).SingleAsync(Cancel)));

        await Site.SessionAsync(_group, TimeSpan.Zero);
        Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();
        Assert.Equal(2, _mails.Received.Count); // for Bob only
        Assert.Equal(3, await Site.DbAsync(db => db.Mails.CountAsync(Cancel)));
    }

    [Fact]
    public async Task While_the_server_is_away_mails_wait_the_log_has_one_error_and_what_is_too_old_is_dropped()
    {
        await _notifications.ContactAsync(_ada, "adas@example.org");
        await _notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true });
        await _mails.StopAsync();
        await Site.SessionAsync(_group, TimeSpan.Zero);
        Site.Clock.Ahead += s_anHour;
        await Eventually.TrueAsync(() => Site.DbAsync(db => db.Mails.AnyAsync(mail => mail.Attempts >= 3 || mail.Trouble == MailTrouble.Unreachable, Cancel)), "it is tried");
        Assert.Equal((MailTrouble.Unreachable, 1), await Site.WithAsync<Deliveries, (MailTrouble, int)?>(deliveries => deliveries.OutageAsync(Cancel)));
        Site.Clock.Ahead += TimeSpan.FromDays(1);
        await Eventually.TrueAsync(() => Site.DbAsync(db => db.Mails.AllAsync(mail => mail.State == MailState.Expired, Cancel)), "it is dropped");
        await Site.SessionAsync(_group, TimeSpan.Zero);
        Site.Clock.Ahead += s_anHour;
        await Eventually.TrueAsync(() => Site.DbAsync(db => db.Mails.AnyAsync(mail => mail.State == MailState.Waiting && mail.Attempts > 0, Cancel)), "the next one is tried");

        _mails.Start();
        Site.Clock.Ahead += TimeSpan.FromMinutes(10);
        await Eventually.TrueAsync(() => _mails.Received.Count == 1, "it is sent");
        await Eventually.TrueAsync(() => Logged("Mails can be sent again") == 1, "the log says so");

        Assert.Equal(1, Logged("No mail can be sent: Unreachable"));
        Assert.Equal(NotificationState.Expired, await Site.DbAsync(db => db.Notifications.OrderBy(each => each.At).Select(each => each.State).FirstAsync(Cancel)));
        Assert.DoesNotContain(Site.Web.Logs.GetSnapshot(), record => record.Level >= LogLevel.Error && !record.Message.StartsWith("No mail", StringComparison.Ordinal));

        int Logged(string words) => Site.Web.Logs.GetSnapshot().Count(record => record.Message.StartsWith(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mail_of_a_process_that_died_before_it_was_noted_is_sent_once_more_with_the_same_id()
    {
        await _notifications.ContactAsync(_ada, "adas@example.org");
        await _notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true });
        await Site.SessionAsync(_group, TimeSpan.Zero);
        Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();
        var until = Site.Clock.UtcNow.AddMinutes(5);
        await Site.DbAsync(db => db.Notifications.ExecuteUpdateAsync(each => each.SetProperty(one => one.State, NotificationState.Mailed), Cancel));
        await Site.DbAsync(db => db.Mails.ExecuteUpdateAsync(
            mail => mail.SetProperty(each => each.State, MailState.Waiting).SetProperty(each => each.ClaimedUntil, until).SetProperty(each => each.ClaimId, Guid.NewGuid()), Cancel));
        await _notifications.LookedAsync();
        Assert.Single(_mails.Received); // the other process may still be there

        Site.Clock.Ahead += TimeSpan.FromMinutes(6);
        await Eventually.TrueAsync(() => _mails.Received.Count == 2, "the mail is sent once more");
        await _notifications.SettleAsync();

        Assert.Equal(_mails.Received[0].MessageId, Assert.Single(_mails.Received.Skip(1)).MessageId);
    }

    [Fact]
    public async Task Who_left_early_is_told_of()
    {
        await _notifications.ContactAsync(_ada, "manager@example.org", ContactRelation.Manager);
        await _notifications.RuleAsync(new() { Trigger = "LeftEarly", ToManagers = true });
        await Site.SessionAsync(_group, TimeSpan.Zero, rules: new MarkRules { LateAfter = TimeSpan.FromMinutes(5), LeftEarlyBefore = TimeSpan.FromMinutes(10) });
        await Site.CheckInAsync(_ada);
        Site.Clock.Ahead += TimeSpan.FromMinutes(30);
        await Site.CheckInAsync(_ada);
        await _notifications.SettleAsync();
        Assert.Empty(_mails.Received); // may come back
        Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();

        Assert.Equal("Ada left early", Assert.Single(_mails.Received).Subject);
    }

    [Fact]
    public async Task Two_replicas_tell_nobody_twice()
    {
        const int people = 15;
        await using var other = new NotificationSite(_mails.Port, [.. _settings, .. OtherReplica(Site)]);
        await other.StartAsync();
        var group = await Site.GroupAsync("Many");
        for (var number = 1; number <= people; number++)
        {
            var person = await Site.PersonAsync($"Person{number} Many", $"M-{number}");
            await Site.WithAsync<GroupStore, bool>(groups => groups.AddMemberAsync(group, person, AttendanceSite.Account, Cancel));
            await _notifications.ContactAsync(person, $"contact{number}@example.org");
        }

        await _notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true });
        await Site.SessionAsync(group, TimeSpan.Zero);
        other.Site.Clock.Ahead = Site.Clock.Ahead += s_anHour;
        await _notifications.SettleAsync();
        await other.SettleAsync();

        Assert.Equal(
            Enumerable.Range(1, people).Select(number => $"contact{number.ToString(CultureInfo.InvariantCulture)}@example.org").Order(StringComparer.Ordinal),
            _mails.Received.Select(mail => mail.To.Mailboxes.Single().Address).Order(StringComparer.Ordinal));
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    /// <summary>Returns the settings by which another Web uses the same database.</summary>
    private protected virtual (string Key, string? Value)[] OtherReplica(AttendanceSite first) => [];
}

public sealed class NotificationsOnSqliteTests : NotificationSuite
{
    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);

    private protected override (string Key, string? Value)[] OtherReplica(AttendanceSite first) => [("Data:Folder", first.Web.DataFolder)];
}

public sealed class NotificationsOnPostgresTests(PostgresServer postgres) : NotificationSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}
