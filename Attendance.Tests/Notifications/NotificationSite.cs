using Attendance.Tests.CheckIn;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Notifications;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Notifications;

/// <summary>A Web that sends mails by a <see cref="MailServer"/>. It is the morning of the tenth of a month, so that what a test does is on one day of one month.</summary>
internal sealed class NotificationSite : IAsyncDisposable
{
    public static readonly DateTime Morning = new(DateTime.UtcNow.AddMonths(1).Year, DateTime.UtcNow.AddMonths(1).Month, 10, 8, 0, 0, DateTimeKind.Utc);

    public NotificationSite(int port, params (string Key, string? Value)[] settings)
    {
        Site = new AttendanceSite(
            new Uri("http://127.0.0.1:1"),
            [
                ("Mail:Host", "127.0.0.1"), ("Mail:Port", $"{port}"), ("Mail:Security", "none"), ("Mail:From", "attendance@example.org"), ("Mail:FromName", "Schule Ä"),
                ("Mail:PublicUrl", "https://attendance.example.org"), ("Mail:RetryAfter", "00:00:00.1"), ("Mail:SendEvery", "00:00:00.1"), ("Notifications:LookEvery", "00:00:00.1"),
                ("Mail:PerMinute", "10000"), .. settings,
            ]);
        Site.Clock.Ahead = Morning - DateTime.UtcNow;
    }

    public AttendanceSite Site { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task StartAsync()
    {
        Site.Web.StartServer();
        await Eventually.TrueAsync(() => Site.DbAsync(db => db.NotificationLooks.AnyAsync(Cancel)), "the first look is over"); // what was before is not told
    }

    /// <summary>Adds a contact who has confirmed the address.</summary>
    public Task<Guid> ContactAsync(
        Guid person, string email, ContactRelation relation = ContactRelation.Guardian, string language = "en", string name = "Byron", bool isConfirmed = true) => Site.DbAsync(async db =>
    {
        var contact = new Contact { PersonId = person, Name = name, Language = language, Relation = relation, GetsMails = true, CreatedAt = Site.Clock.UtcNow };
        contact.MoveTo(email);
        contact.ConfirmedAt = isConfirmed ? Site.Clock.UtcNow : null;
        db.Contacts.Add(contact);
        await db.SaveChangesAsync(Cancel);
        return contact.Id;
    });

    public Task<Guid> RuleAsync(NotificationRuleForm form) => Site.WithAsync<NotificationRules, Guid>(async rules =>
    {
        var rule = form.ToRule(Site.Clock.UtcNow);
        Assert.Equal(NotificationRuleOutcome.Saved, await rules.AddAsync(rule, AttendanceSite.Account, Cancel));
        return rule.Id;
    });

    /// <summary>Corrects a mark.</summary>
    public async Task CorrectAsync(Guid session, Guid person, Mark? mark) => Assert.Equal(StatementOutcome.Recorded, (await Site.WithAsync<Statements, (StatementOutcome Outcome, MarkResult?)>(
        statements => statements.RecordAsync(new(Guid.NewGuid(), session, person, CheckInMethod.Correction, mark, "A note came", AttendanceSite.Account), Cancel))).Outcome);

    /// <summary>Waits until sessions were looked at after now, and nothing is waiting to be sent.</summary>
    public async Task SettleAsync()
    {
        await LookedAsync();
        await Eventually.TrueAsync(() => Site.DbAsync(async db => !await db.Mails.AnyAsync(mail => mail.State == MailState.Waiting && mail.NextAt <= Site.Clock.UtcNow, Cancel)), "all mails are sent");
    }

    /// <summary>Waits until sessions were looked at after now.</summary>
    public async Task LookedAsync()
    {
        var now = Site.Clock.UtcNow;
        await Eventually.TrueAsync(() => Site.DbAsync(db => db.NotificationLooks.AnyAsync(look => look.Until > now, Cancel)), "the rules are looked at");
    }

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}
