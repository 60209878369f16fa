using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using Attendance.Web.Notifications.Contacts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Attendance.Web.Notifications.Sending;

/// <summary>What is to be done with a mail now.</summary>
internal abstract record PreparedMail
{
    /// <param name="EmailKey">The address, as it is compared.</param>
    public sealed record Ready(MimeMessage Message, string EmailKey) : PreparedMail;

    /// <summary>Quiet hours have begun.</summary>
    public sealed record Later(DateTime At) : PreparedMail;

    /// <summary>There is nothing left to say, or nobody to say it to.</summary>
    public sealed record Nothing : PreparedMail;
}

/// <summary>
/// Makes the text of a mail when it is sent, from what is so then. What is not so any more is withdrawn. The number of queries follows from
/// the number of sessions that the mail is about.
/// </summary>
internal sealed class MailPreparation(AttendanceDb db, RuleMatches matches, MailComposer composer, ContactLinks links, IOptions<MailOptions> options, TimeProvider clock)
{
    public async Task<PreparedMail> PrepareAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var contact = mail.ContactId is { } id ? await db.Contacts.AsNoTracking().SingleOrDefaultAsync(each => each.Id == id, cancellationToken) : null;
        switch (mail.Kind)
        {
            case MailKind.Test:
                return Ready(composer.Test(mail, To(mail, null)));
            case MailKind.Confirmation:
                return contact is { ConfirmedAt: null } or { UnsubscribedAt: not null }
                    ? Ready(composer.Confirmation(mail, To(mail, contact) with { Unsubscribe = null }, links.Confirm(contact)))
                    : new PreparedMail.Nothing();
        }

        var told = await ToldAsync(mail, cancellationToken);
        if (told.Count == 0)
        {
            return new PreparedMail.Nothing();
        }

        var now = clock.GetUtcNow().UtcDateTime;
        return told.Max(each => SendTimes.QuietUntil(each.Rule, each.Session.Zone, now)) is { } later
            ? new PreparedMail.Later(later)
            : Ready(composer.Notification(mail, To(mail, told[0].Contact), [.. told.Select(each => each.Item)]));
    }

    private static PreparedMail.Ready Ready(MimeMessage message) => new(message, Contact.KeyOf(message.To.Mailboxes.Single().Address));

    private MailRecipient To(OutgoingMail mail, Contact? contact) =>
        new(contact?.Email ?? mail.Address!, contact?.Name, contact?.Language ?? options.Value.Language, contact is null ? null : links.Unsubscribe(contact));

    /// <summary>Reads what the mail says, and withdraws what is not so any more.</summary>
    private async Task<IReadOnlyList<Told>> ToldAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var rows = await (
            from each in db.Notifications
            where each.MailId == mail.Id && each.State == NotificationState.Mailed
            join rule in db.NotificationRules on each.RuleId equals rule.Id
            join person in db.People on each.PersonId equals person.Id
            join session in db.Sessions on each.SessionId equals session.Id
            join contact in db.Contacts on each.ContactId equals contact.Id into contacts
            from contact in contacts.DefaultIfEmpty()
            orderby session.StartsAt, person.SortKey, each.Id
            select new { Row = each, Rule = rule, person.FullName, Session = session, Contact = contact }).AsNoTracking().ToListAsync(cancellationToken);
        var told = new List<Told>();
        foreach (var together in rows.GroupBy(each => each.Session.Id))
        {
            var rules = together.Select(each => each.Rule).DistinctBy(rule => rule.Id).ToList();
            var found = await matches.InAsync(together.Key, rules, together.Select(each => each.Row.PersonId).ToHashSet(), cancellationToken);
            foreach (var each in together.Where(each => each.Row.ContactId is null || each.Contact is { IsTold: true }))
            {
                var match = found?.Matches.FirstOrDefault(one => (one.Rule.Id, one.PersonId, one.Subject) == (each.Row.RuleId, each.Row.PersonId, each.Row.Subject));
                if (each.Row.IsCorrection == match is null)
                {
                    Mark? mark = each.Row.IsCorrection && found is not null ? found.Marks.GetValueOrDefault(each.Row.PersonId, Mark.Pending) : null;
                    told.Add(new(each.Row.Id, each.Rule, each.Session, each.Contact, new(
                        CheckInService.FirstNameOf(each.FullName), each.Session, each.Rule.Trigger, match?.Count, each.Rule.Period, each.Row.IsCorrection, mark)));
                }
            }
        }

        told.RemoveAll(each => each.Contact?.EmailKey != told[0].Contact?.EmailKey); // an address that was changed since is another one
        var kept = told.Select(each => each.Id).ToHashSet();
        var withdrawn = rows.Select(each => each.Row.Id).Where(id => !kept.Contains(id)).ToList();
        if (withdrawn.Count > 0)
        {
            var now = clock.GetUtcNow().UtcDateTime;
            await db.Notifications.Where(each => withdrawn.Contains(each.Id) && each.State == NotificationState.Mailed)
                .ExecuteUpdateAsync(each => each.SetProperty(one => one.State, NotificationState.Withdrawn).SetProperty(one => one.EndedAt, now), cancellationToken);
        }

        return told;
    }

    /// <param name="Contact">The contact as it is now, or null for a fixed address.</param>
    private sealed record Told(Guid Id, NotificationRule Rule, Session Session, Contact? Contact, ToldItem Item);
}
