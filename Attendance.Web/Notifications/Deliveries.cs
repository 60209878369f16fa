using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Notifications;

/// <summary>A mail, as the page lists it. What it said is not kept.</summary>
/// <param name="To">The name of the contact, or the fixed address.</param>
/// <param name="PersonId">The person whose contact it is, or null.</param>
internal sealed record DeliveryRow(
    MailKind Kind, string? About, string To, Guid? PersonId, MailState State, MailTrouble? Trouble, int Attempts, DateTime CreatedAt, DateTime? EndedAt, DateTime NextAt);

/// <summary>Reads what became of mails, and sends test mails.</summary>
internal sealed class Deliveries(AttendanceDb db, AuditLog audit, TimeProvider clock)
{
    private const int Most = 100;

    /// <summary>Troubles that keep every mail from being sent.</summary>
    private static readonly MailTrouble[] s_ofServer = [MailTrouble.Unreachable, MailTrouble.NoEncryption, MailTrouble.Certificate, MailTrouble.SignIn, MailTrouble.Sender];

    private static readonly TimeSpan s_testLasts = TimeSpan.FromMinutes(30);

    /// <summary>Lists the latest mails, the newest first.</summary>
    public async Task<IReadOnlyList<DeliveryRow>> LatestAsync(CancellationToken cancellationToken) => await (
        from mail in db.Mails
        join contact in db.Contacts on mail.ContactId equals contact.Id into contacts
        from contact in contacts.DefaultIfEmpty()
        orderby mail.CreatedAt descending, mail.Id descending
        select new DeliveryRow(
            mail.Kind, mail.About, contact == null ? mail.Address ?? "" : contact.Name, contact == null ? null : contact.PersonId, mail.State, mail.Trouble, mail.Attempts, mail.CreatedAt,
            mail.EndedAt, mail.NextAt)).Take(Most).ToListAsync(cancellationToken);

    /// <summary>Returns why no mail can be sent now, by the latest attempt of any process, or null if they can.</summary>
    public async Task<(MailTrouble Trouble, int Waiting)?> OutageAsync(CancellationToken cancellationToken)
    {
        var waiting = db.Mails.Where(mail => mail.State == MailState.Waiting);
        return await waiting.Where(mail => mail.Trouble != null && s_ofServer.Contains(mail.Trouble.Value)).OrderByDescending(mail => mail.NextAt)
            .Select(mail => mail.Trouble).FirstOrDefaultAsync(cancellationToken) is { } trouble
            ? (trouble, await waiting.CountAsync(cancellationToken))
            : null;
    }

    /// <param name="address">An address that was checked.</param>
    public async Task TestAsync(string address, string accountId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var mail = new OutgoingMail { Kind = MailKind.Test, Address = address, CreatedAt = now, NextAt = now, ExpiresAt = now + s_testLasts };
        db.Mails.Add(mail);
        audit.Add(accountId, new("mail.tested", mail.Id));
        await db.SaveChangesAsync(cancellationToken);
    }
}
