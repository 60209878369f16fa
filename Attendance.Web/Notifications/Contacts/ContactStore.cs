using Attendance.Web.Audit;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications.Contacts;

internal enum ContactOutcome
{
    Saved,

    /// <summary>The person or the contact does not exist, or not any more.</summary>
    Unknown,

    /// <summary>The person has a contact with this address.</summary>
    AddressTaken,

    /// <summary>The person has as many contacts as may be.</summary>
    TooMany,

    /// <summary>The contact was asked a moment ago.</summary>
    JustAsked,

    /// <summary>No mail server is set.</summary>
    MailIsOff,
}

/// <summary>Keeps the contacts of people, and what these have said about mails.</summary>
internal sealed partial class ContactStore(
    AttendanceDb db, AuditLog audit, ContactLinks links, IOptions<MailOptions> mail, IOptions<NotificationOptions> options, TimeProvider clock, ILogger<ContactStore> logger)
{
    /// <summary>How many contacts a person may have.</summary>
    public const int Most = 8;

    private static readonly TimeSpan s_betweenAsking = TimeSpan.FromMinutes(10);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task<IReadOnlyList<Contact>> ListAsync(Guid personId, CancellationToken cancellationToken) =>
        await db.Contacts.AsNoTracking().Where(contact => contact.PersonId == personId).OrderBy(contact => contact.CreatedAt).ThenBy(contact => contact.Id).ToListAsync(cancellationToken);

    /// <summary>Adds or changes a contact, and asks them to confirm an address that is new.</summary>
    public async Task<ContactOutcome> SaveAsync(Guid personId, ContactForm form, string accountId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await db.LockPersonAsync(personId, seenAt: null, cancellationToken))
        {
            return ContactOutcome.Unknown;
        }

        var all = await db.Contacts.Where(contact => contact.PersonId == personId).ToListAsync(cancellationToken);
        var contact = all.Find(each => each.Id == form.Id);
        if (form.Id is not null && contact is null)
        {
            return ContactOutcome.Unknown;
        }

        if (contact is null && all.Count >= Most)
        {
            return ContactOutcome.TooMany;
        }

        var isNew = contact is null;
        contact ??= db.Contacts.Add(new Contact { PersonId = personId, Name = "", Language = form.Language, CreatedAt = Now }).Entity;
        form.WriteTo(contact);
        if (all.Exists(other => other.Id != contact.Id && other.EmailKey == contact.EmailKey))
        {
            return ContactOutcome.AddressTaken;
        }

        audit.Add(accountId, new(isNew ? "contact.added" : "contact.changed", contact.Id, personId));
        if (mail.Value.IsOn && contact is { GetsMails: true, AskedAt: null })
        {
            Ask(contact);
        }

        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return ContactOutcome.Saved;
    }

    /// <summary>Asks a contact once more to confirm the address, also one who has refused mails or whose address was refused.</summary>
    public async Task<ContactOutcome> AskAsync(Guid personId, Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (!mail.Value.IsOn)
        {
            return ContactOutcome.MailIsOff;
        }

        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await db.LockPersonAsync(personId, seenAt: null, cancellationToken)
            || await db.Contacts.SingleOrDefaultAsync(each => each.Id == id && each.PersonId == personId, cancellationToken) is not { } contact)
        {
            return ContactOutcome.Unknown;
        }

        if (contact.AskedAt > Now - s_betweenAsking)
        {
            return ContactOutcome.JustAsked;
        }

        Ask(contact);
        audit.Add(accountId, new("contact.asked", contact.Id, personId));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return ContactOutcome.Saved;
    }

    /// <summary>Deletes a contact, with what was to be sent to them. It is safe to repeat.</summary>
    public async Task RemoveAsync(Guid personId, Guid id, string accountId, CancellationToken cancellationToken)
    {
        await audit.DeleteAsync(db.Contacts.Where(contact => contact.Id == id && contact.PersonId == personId), accountId, new("contact.removed", id, personId), cancellationToken);
        await db.ForgetDeletedAsync(logger);
    }

    /// <summary>Notes that a contact wants mails, by the link that was sent to the address. It is safe to repeat.</summary>
    /// <returns><see langword="false"/> if the link is not valid, or not any more.</returns>
    public async Task<bool> ConfirmAsync(string? token, CancellationToken cancellationToken)
    {
        var (now, before) = (Now, Now - options.Value.ConfirmationLasts);
        if (links.ReadConfirm(token) is not { } link
            || await db.Contacts.AsNoTracking().SingleOrDefaultAsync(each => each.Id == link.ContactId && each.AddressStamp == link.Stamp, cancellationToken) is not { } contact
            || contact.AskedAt is not { } asked || asked <= before || contact.UnsubscribedAt > asked)
        {
            return false;
        }

        await db.Contacts.Where(each => each.Id == contact.Id && each.AddressStamp == link.Stamp && (each.ConfirmedAt == null || each.UnsubscribedAt != null)).ExecuteUpdateAsync(
            each => each.SetProperty(one => one.ConfirmedAt, now).SetProperty(one => one.UnsubscribedAt, (DateTime?)null), cancellationToken);
        LogConfirmed(contact.Id);
        return true;
    }

    /// <summary>Notes that nothing more may be sent to the address that a link was sent to, whoever's contact it is. It is safe to repeat.</summary>
    /// <returns><see langword="false"/> if the link is not valid.</returns>
    public async Task<bool> UnsubscribeAsync(string? token, CancellationToken cancellationToken)
    {
        if (links.ReadUnsubscribe(token) is not { } link)
        {
            return false;
        }

        var now = Now;
        var address = await db.Contacts.Where(each => each.Id == link.ContactId && each.AddressStamp == link.Stamp).Select(each => each.EmailKey).SingleOrDefaultAsync(cancellationToken);
        await db.Contacts.Where(each => each.EmailKey == address && each.UnsubscribedAt == null)
            .ExecuteUpdateAsync(each => each.SetProperty(one => one.UnsubscribedAt, now), cancellationToken);
        LogUnsubscribed(link.ContactId);
        return true;
    }

    private void Ask(Contact contact)
    {
        contact.AskedAt = Now;
        if (contact.UndeliverableAt is not null)
        {
            (contact.ConfirmedAt, contact.UndeliverableAt) = (null, null); // the address has to prove itself again
        }

        db.Mails.Add(new OutgoingMail { Kind = MailKind.Confirmation, ContactId = contact.Id, CreatedAt = Now, NextAt = Now, ExpiresAt = Now + options.Value.ConfirmationLasts });
    }

    [LoggerMessage(LogLevel.Information, "Contact {ContactId} has confirmed the address")]
    private partial void LogConfirmed(Guid contactId);

    [LoggerMessage(LogLevel.Information, "Contact {ContactId} wants no more mails")]
    private partial void LogUnsubscribed(Guid contactId);
}
