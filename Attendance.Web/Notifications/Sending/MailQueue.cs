using Attendance.Web.Data;
using Attendance.Web.Mail;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications.Sending;

/// <summary>
/// The mails that wait, and what becomes of each. A mail is claimed before it is sent, so that of several processes one sends it. If a process
/// ends after the server has taken a mail and before that is noted here, the mail is sent once more, with the same Message-ID.
/// </summary>
internal sealed class MailQueue(AttendanceDb db, IOptions<MailOptions> options, TimeProvider clock)
{
    /// <summary>How long a claim lasts: longer than sending may take (<see cref="MailOptions.Timeout"/>).</summary>
    public static readonly TimeSpan ClaimLasts = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);
    private const int Candidates = 5;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Drops mails that have become too old.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        var old = await db.Mails.Where(mail => mail.State == MailState.Waiting && mail.ExpiresAt <= now && (mail.ClaimedUntil == null || mail.ClaimedUntil <= now))
            .Select(mail => mail.Id).ToListAsync(cancellationToken);
        foreach (var id in old)
        {
            await EndAsync(db.Mails.Where(mail => mail.Id == id && mail.State == MailState.Waiting), id, MailState.Expired, trouble: null, cancellationToken);
        }

        return old.Count;
    }

    /// <summary>Takes the mail that has waited longest. Nobody else sends it until the claim ends.</summary>
    /// <returns>The mail, or null if none is due, or as many were sent in a minute as may be.</returns>
    public async Task<OutgoingMail?> ClaimAsync(CancellationToken cancellationToken)
    {
        var (now, aMinuteAgo) = (Now, Now.AddMinutes(-1));
        if (await db.Mails.CountAsync(mail => mail.State == MailState.Sent && mail.EndedAt > aMinuteAgo, cancellationToken) >= options.Value.PerMinute)
        {
            return null;
        }

        var due = await db.Mails.Where(mail => mail.State == MailState.Waiting && mail.NextAt <= now && (mail.ClaimedUntil == null || mail.ClaimedUntil <= now))
            .OrderBy(mail => mail.NextAt).Select(mail => mail.Id).Take(Candidates).ToListAsync(cancellationToken);
        var claim = Guid.NewGuid();
        foreach (var id in due)
        {
            if (await db.Mails.Where(mail => mail.Id == id && mail.State == MailState.Waiting && (mail.ClaimedUntil == null || mail.ClaimedUntil <= now))
                .ExecuteUpdateAsync(mail => mail.SetProperty(each => each.ClaimedUntil, now + ClaimLasts).SetProperty(each => each.ClaimId, claim), cancellationToken) == 1)
            {
                return await db.Mails.AsNoTracking().SingleOrDefaultAsync(mail => mail.Id == id, cancellationToken);
            }
        }

        return null;
    }

    public Task SentAsync(OutgoingMail mail, CancellationToken cancellationToken) => EndAsync(Own(mail), mail.Id, MailState.Sent, trouble: null, cancellationToken);

    public Task WithdrawAsync(OutgoingMail mail, CancellationToken cancellationToken) => EndAsync(Own(mail), mail.Id, MailState.Withdrawn, trouble: null, cancellationToken);

    /// <summary>Notes that the server refused a mail for good, and if it was the address, that nothing more is sent to it.</summary>
    /// <param name="emailKey">The address that it was sent to.</param>
    public async Task RefusedAsync(OutgoingMail mail, MailTrouble trouble, string emailKey, CancellationToken cancellationToken)
    {
        await EndAsync(Own(mail), mail.Id, MailState.Refused, trouble, cancellationToken);
        if (trouble == MailTrouble.Address)
        {
            var now = Now;
            await db.Contacts.Where(contact => contact.EmailKey == emailKey && contact.UndeliverableAt == null)
                .ExecuteUpdateAsync(contact => contact.SetProperty(each => each.UndeliverableAt, now), cancellationToken);
        }
    }

    /// <summary>Has a mail tried again later, each time after twice the pause; soon if it is the server that is away, so that nothing waits longer than that.</summary>
    public Task RetryAsync(OutgoingMail mail, MailTrouble trouble, bool isOfServer, CancellationToken cancellationToken)
    {
        var next = Now + PauseAfter(isOfServer ? 1 : mail.Attempts + 1, options.Value.RetryAfter);
        return Own(mail).ExecuteUpdateAsync(
            each => each.SetProperty(one => one.NextAt, next).SetProperty(one => one.Trouble, trouble).SetProperty(one => one.Attempts, one => one.Attempts + 1)
                .SetProperty(one => one.ClaimedUntil, (DateTime?)null).SetProperty(one => one.ClaimId, (Guid?)null),
            cancellationToken);
    }

    /// <summary>Keeps a mail until its quiet hours end.</summary>
    public Task PostponeAsync(OutgoingMail mail, DateTime until, CancellationToken cancellationToken) => Own(mail).ExecuteUpdateAsync(
        each => each.SetProperty(one => one.NextAt, until).SetProperty(one => one.ClaimedUntil, (DateTime?)null).SetProperty(one => one.ClaimId, (Guid?)null), cancellationToken);

    /// <summary>Returns how long to wait after a number of failed attempts.</summary>
    public static TimeSpan PauseAfter(int attempts, TimeSpan first) =>
        TimeSpan.FromTicks((long)Math.Min(first.Ticks * Math.Pow(2, Math.Min(attempts - 1, 30)), s_longestPause.Ticks));

    private IQueryable<OutgoingMail> Own(OutgoingMail mail) => db.Mails.Where(each => each.Id == mail.Id && each.ClaimId == mail.ClaimId);

    private async Task EndAsync(IQueryable<OutgoingMail> own, Guid id, MailState state, MailTrouble? trouble, CancellationToken cancellationToken)
    {
        var now = Now;
        var ended = state switch
        {
            MailState.Sent => NotificationState.Sent,
            MailState.Refused => NotificationState.Refused,
            MailState.Expired => NotificationState.Expired,
            _ => NotificationState.Withdrawn,
        };
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        var tried = state is MailState.Sent or MailState.Refused ? 1 : 0;
        if (await own.ExecuteUpdateAsync(
            mail => mail.SetProperty(each => each.State, state).SetProperty(each => each.EndedAt, now).SetProperty(each => each.Attempts, each => each.Attempts + tried)
                .SetProperty(each => each.Trouble, each => state == MailState.Expired ? each.Trouble : trouble)
                .SetProperty(each => each.ClaimedUntil, (DateTime?)null).SetProperty(each => each.ClaimId, (Guid?)null),
            cancellationToken) == 1)
        {
            await db.Notifications.Where(each => each.MailId == id && each.State == NotificationState.Mailed)
                .ExecuteUpdateAsync(each => each.SetProperty(one => one.State, ended).SetProperty(one => one.EndedAt, now), cancellationToken);
            await change.CommitAsync(cancellationToken);
        }
    }
}
