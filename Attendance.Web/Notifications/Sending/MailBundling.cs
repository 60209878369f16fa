using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications.Sending;

/// <summary>Makes mails of the notifications that are due: one for each, or one digest for each address.</summary>
internal sealed class MailBundling(AttendanceDb db, IOptions<NotificationOptions> options, TimeProvider clock)
{
    public async Task BundleAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var due = await (
            from each in db.Notifications
            where (each.State == NotificationState.Pending || (each.State == NotificationState.Mailed && each.MailId == null)) && each.DueAt <= now // its mail went with the contact of another person
            join rule in db.NotificationRules on each.RuleId equals rule.Id
            join contact in db.Contacts on each.ContactId equals contact.Id into contacts
            from contact in contacts.DefaultIfEmpty()
            orderby each.DueAt, each.Id
            select new Due(each.Id, each.ContactId, contact == null ? each.Recipient : contact.EmailKey, each.Recipient, rule.Digest, rule.Trigger, each.IsCorrection, each.DueAt))
            .ToListAsync(cancellationToken);
        foreach (var together in due.GroupBy(each => each.IsCorrection || each.Digest == DigestKind.AtOnce ? $"{each.Id}" : $"{each.Digest} {each.AddressKey}", StringComparer.Ordinal))
        {
            await BundleAsync([.. together], now, cancellationToken);
        }
    }

    private async Task BundleAsync(List<Due> together, DateTime now, CancellationToken cancellationToken)
    {
        var first = together[0];
        var expires = together.Max(each => each.DueAt) + options.Value.MaxAge;
        var isTooOld = expires <= now;
        var mail = new OutgoingMail
        {
            Kind = MailKind.Notification, ContactId = first.ContactId, Address = first.ContactId is null ? first.Recipient : null, CreatedAt = now, NextAt = now, ExpiresAt = expires,
            About = string.Join(", ", together.Select(each => each.IsCorrection ? RuleWords.Correction : RuleWords.Code(each.Trigger)).Distinct(StringComparer.Ordinal)),
            State = isTooOld ? MailState.Expired : MailState.Waiting, EndedAt = isTooOld ? now : null,
        };
        var (ids, state) = (together.Select(each => each.Id).ToList(), isTooOld ? NotificationState.Expired : NotificationState.Mailed);
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        db.Mails.Add(mail);
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        var taken = await db.Notifications.Where(each => ids.Contains(each.Id) && (each.State == NotificationState.Pending || each.MailId == null)).ExecuteUpdateAsync(
            each => each.SetProperty(one => one.State, state).SetProperty(one => one.MailId, mail.Id).SetProperty(one => one.EndedAt, mail.EndedAt), cancellationToken);
        if (taken == ids.Count) // or another process has bundled some of them, or their person was deleted: the next round finds what is left
        {
            await change.CommitAsync(cancellationToken);
        }
    }

    private sealed record Due(
        Guid Id, Guid? ContactId, string AddressKey, string Recipient, DigestKind Digest, RuleTrigger Trigger, bool IsCorrection, DateTime DueAt);
}
