using Attendance.Web.Data;
using Attendance.Web.Mail;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications;

/// <summary>
/// Writes down who is to be told of a session, and what has to be corrected. It is safe to repeat, also by several processes at once: a unique
/// key keeps anything from being told twice.
/// </summary>
internal sealed class SessionLook(AttendanceDb db, RuleMatches matches, IOptions<NotificationOptions> options, TimeProvider clock)
{
    private const int Attempts = 3;

    /// <param name="sessionId">The session.</param>
    /// <param name="rules">The rules to look by. Nothing that others have told is corrected.</param>
    /// <param name="only">The people for whom something was recorded after the rules' moment, or null for all, at that moment.</param>
    /// <param name="cancellationToken">Canceled when Web stops.</param>
    public async Task LookAsync(Guid sessionId, IReadOnlyList<NotificationRule> rules, IReadOnlySet<Guid>? only, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TryLookAsync(sessionId, rules, only, cancellationToken);
                return;
            }
            catch (DbUpdateException exception) when (db.IsDuplicate(exception) && attempt < Attempts)
            {
                // Another process has written some of it at this moment, which the next attempt finds.
            }
            finally
            {
                db.ChangeTracker.Clear();
            }
        }
    }

    private async Task TryLookAsync(Guid sessionId, IReadOnlyList<NotificationRule> rules, IReadOnlySet<Guid>? only, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var found = await matches.InAsync(sessionId, rules, only, cancellationToken);
        if (found is not null)
        {
            await AddAsync(found, oldest: only is null ? DateTime.MinValue : now - options.Value.MaxAge, cancellationToken);
        }

        var session = found?.Session ?? await db.Sessions.AsNoTracking().SingleOrDefaultAsync(each => each.Id == sessionId, cancellationToken);
        if (session is not null)
        {
            await CorrectAsync(session, found?.Matches ?? [], rules, only, now, cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task AddAsync(SessionFindings found, DateTime oldest, CancellationToken cancellationToken)
    {
        var wanted = found.Matches.Where(match => match.Rule.MomentIn(found.Session) is var moment && moment >= match.Rule.CreatedAt && moment > oldest).ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        var (people, rules, subjects) = (Distinct(match => match.PersonId), Distinct(match => match.Rule.Id), Distinct(match => match.Subject));
        var contacts = (await db.Contacts.AsNoTracking().Where(contact => people.Contains(contact.PersonId)).ToListAsync(cancellationToken))
            .Where(contact => contact.IsTold).ToLookup(contact => contact.PersonId);
        var known = (await db.Notifications
            .Where(each => rules.Contains(each.RuleId) && people.Contains(each.PersonId) && subjects.Contains(each.Subject) && !each.IsCorrection)
            .ToListAsync(cancellationToken)).ToDictionary(each => (each.RuleId, each.PersonId, each.Subject, each.Recipient));
        foreach (var match in wanted)
        {
            var moment = match.Rule.MomentIn(found.Session);
            var due = SendTimes.Due(match.Rule, found.Session.Zone, moment);
            foreach (var (recipient, contactId) in RecipientsOf(match, contacts[match.PersonId]))
            {
                if (!known.TryGetValue((match.Rule.Id, match.PersonId, match.Subject, recipient), out var row))
                {
                    row = new Notification { RuleId = match.Rule.Id, PersonId = match.PersonId, Subject = match.Subject, Recipient = recipient, ContactId = contactId };
                    db.Notifications.Add(row);
                }
                else if (row.State != NotificationState.Withdrawn) // nothing was sent of what was withdrawn, and now it is so again
                {
                    continue;
                }

                (row.SessionId, row.At, row.DueAt, row.State, row.MailId, row.EndedAt) = (found.Session.Id, moment, due, NotificationState.Pending, null, null);
            }
        }

        List<T> Distinct<T>(Func<RuleMatch, T> of) => [.. wanted.Select(of).Distinct()];
    }

    /// <summary>Writes down what to take back of what was told about one session, because the mark is another one now.</summary>
    private async Task CorrectAsync(
        Session session, IReadOnlyList<RuleMatch> still, IReadOnlyList<NotificationRule> rules, IReadOnlySet<Guid>? only, DateTime now, CancellationToken cancellationToken)
    {
        var since = now - options.Value.CorrectedFor;
        var looking = rules.Where(rule => rule.IsOfOneSession).ToDictionary(rule => rule.Id);
        var own = (await db.Notifications.Where(each => each.SessionId == session.Id && looking.Keys.Contains(each.RuleId)).ToListAsync(cancellationToken))
            .Where(each => only?.Contains(each.PersonId) != false).ToList();
        foreach (var told in own.Where(each => each is { IsCorrection: false, State: NotificationState.Sent } && each.EndedAt > since))
        {
            if (still.Any(match => (match.Rule.Id, match.PersonId) == (told.RuleId, told.PersonId)))
            {
                continue;
            }

            var row = own.Find(each => each.IsCorrection && (each.RuleId, each.PersonId, each.Subject, each.Recipient) == (told.RuleId, told.PersonId, told.Subject, told.Recipient));
            if (row is null)
            {
                row = new Notification
                {
                    RuleId = told.RuleId, PersonId = told.PersonId, Subject = told.Subject, Recipient = told.Recipient, ContactId = told.ContactId, IsCorrection = true,
                };
                db.Notifications.Add(row);
            }
            else if (row.State != NotificationState.Withdrawn)
            {
                continue;
            }

            var due = SendTimes.QuietUntil(looking[told.RuleId], session.Zone, now) ?? now;
            (row.SessionId, row.At, row.DueAt, row.State, row.MailId, row.EndedAt) = (session.Id, now, due, NotificationState.Pending, null, null);
        }
    }

    private static IEnumerable<(string Recipient, Guid? ContactId)> RecipientsOf(RuleMatch match, IEnumerable<Contact> contacts)
    {
        foreach (var contact in contacts.Where(each => each.Relation == ContactRelation.Guardian ? match.Rule.ToGuardians : match.Rule.ToManagers))
        {
            yield return (contact.Id.ToString("N"), contact.Id);
        }

        foreach (var address in MailAddresses.ReadList(match.Rule.Addresses) ?? [])
        {
            yield return (address, null);
        }
    }
}
