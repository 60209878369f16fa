using Attendance.Web.Data;
using Attendance.Web.Notifications.Sending;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications;

/// <summary>
/// Looks at what has happened since the last look: sessions that closed, sessions that began some minutes ago, and what was recorded after that.
/// Of several processes one looks at a time.
/// </summary>
internal sealed class RuleLooks(AttendanceDb db, SessionLook sessions, MailBundling bundling, IOptions<NotificationOptions> options, TimeProvider clock)
{
    /// <summary>A process that ends in the middle of a look leaves it to another one after this time.</summary>
    private static readonly TimeSpan s_claim = TimeSpan.FromMinutes(2);

    /// <summary>How long after it was recorded an event is looked at again and again. A mail may be on its way meanwhile, or the event not committed.</summary>
    private static readonly TimeSpan s_overlap = TimeSpan.FromMinutes(5);

    /// <summary>What is older is not looked at, for example after mails were off for a long time.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (await ClaimAsync(now, cancellationToken) is not { } until)
        {
            return;
        }

        var rules = await db.NotificationRules.AsNoTracking().ToListAsync(cancellationToken);
        if (rules.Count > 0)
        {
            var from = until > now - s_longest ? until : now - s_longest;
            await LookAtClosedAsync(rules, from, now, cancellationToken);
            await LookAtStartedAsync(rules, from, now, cancellationToken);
            await LookAtRecordedAsync(rules, from - s_overlap, now, cancellationToken);
            await LookAtCancelledAsync(rules, now, cancellationToken);
        }

        await bundling.BundleAsync(cancellationToken);
        await db.NotificationLooks.ExecuteUpdateAsync(look => look.SetProperty(each => each.Until, now).SetProperty(each => each.ClaimedUntil, now), cancellationToken);
    }

    /// <summary>Deletes what is kept of mails for long enough.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow().UtcDateTime - options.Value.KeptFor;
        await db.Notifications.Where(each => each.EndedAt < before).ExecuteDeleteAsync(cancellationToken);
        await db.Mails.Where(mail => mail.EndedAt < before).ExecuteDeleteAsync(cancellationToken);
    }

    /// <returns>Until when everything was looked at, or null if another process looks now.</returns>
    private async Task<DateTime?> ClaimAsync(DateTime now, CancellationToken cancellationToken)
    {
        if (!await db.NotificationLooks.AnyAsync(cancellationToken))
        {
            db.NotificationLooks.Add(new NotificationLook { Until = now, ClaimedUntil = now });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException exception) when (db.IsDuplicate(exception))
            {
                db.ChangeTracker.Clear(); // another process was faster
            }
        }

        return await db.NotificationLooks.Where(look => look.ClaimedUntil <= now)
            .ExecuteUpdateAsync(look => look.SetProperty(each => each.ClaimedUntil, now + s_claim), cancellationToken) == 1
            ? await db.NotificationLooks.Select(look => look.Until).SingleAsync(cancellationToken)
            : null;
    }

    private async Task LookAtClosedAsync(List<NotificationRule> rules, DateTime from, DateTime now, CancellationToken cancellationToken)
    {
        var closing = rules.Where(rule => rule.Trigger != RuleTrigger.NotCome).ToList();
        if (closing.Count > 0)
        {
            foreach (var id in await Near(from, now).Where(session => session.ClosesAt > from && session.ClosesAt <= now).OrderBy(session => session.ClosesAt)
                .Select(session => session.Id).ToListAsync(cancellationToken))
            {
                await sessions.LookAsync(id, closing, only: null, cancellationToken);
            }
        }
    }

    private async Task LookAtStartedAsync(List<NotificationRule> rules, DateTime from, DateTime now, CancellationToken cancellationToken)
    {
        foreach (var together in rules.Where(rule => rule.Trigger == RuleTrigger.NotCome).GroupBy(rule => rule.Minutes ?? 0))
        {
            var (after, until) = (from.AddMinutes(-together.Key), now.AddMinutes(-together.Key));
            foreach (var id in await Near(after, now).Where(session => session.StartsAt > after && session.StartsAt <= until)
                .Select(session => session.Id).ToListAsync(cancellationToken))
            {
                await sessions.LookAsync(id, [.. together], only: null, cancellationToken);
            }
        }
    }

    /// <summary>Looks at corrections, roll calls and late check-ins after the moment at which a rule has looked.</summary>
    private async Task LookAtRecordedAsync(List<NotificationRule> rules, DateTime since, DateTime now, CancellationToken cancellationToken)
    {
        int? soonest = rules.Where(rule => rule.Trigger == RuleTrigger.NotCome).Min(rule => rule.Minutes);
        var started = soonest is { } minutes ? now.AddMinutes(-minutes) : DateTime.MinValue;
        var recorded = await (
            from each in db.CheckIns
            where each.RecordedAt > since && each.RecordedAt <= now
            from link in each.Sessions
            join session in db.Sessions on link.SessionId equals session.Id
            where session.ClosesAt <= now || session.StartsAt <= started
            select new { link.SessionId, each.PersonId }).Distinct().ToListAsync(cancellationToken);
        foreach (var own in recorded.GroupBy(each => each.SessionId))
        {
            await sessions.LookAsync(own.Key, rules, own.Select(each => each.PersonId).ToHashSet(), cancellationToken);
        }
    }

    /// <summary>Looks at sessions that were cancelled after somebody was told of them.</summary>
    private async Task LookAtCancelledAsync(List<NotificationRule> rules, DateTime now, CancellationToken cancellationToken)
    {
        var since = now - options.Value.CorrectedFor;
        var due = since - options.Value.MaxAge; // what was sent since then was due after this, for which there is an index
        var cancelled = await (
            from told in db.Notifications
            where told.State == NotificationState.Sent && !told.IsCorrection && told.EndedAt > since && told.DueAt > due
                && !db.Notifications.Any(each => each.IsCorrection && each.RuleId == told.RuleId && each.PersonId == told.PersonId && each.Subject == told.Subject && each.Recipient == told.Recipient)
            join session in db.Sessions on told.SessionId equals session.Id
            where session.State == SessionState.Cancelled
            select session.Id).Distinct().ToListAsync(cancellationToken);
        foreach (var id in cancelled)
        {
            await sessions.LookAsync(id, rules, only: null, cancellationToken);
        }
    }

    /// <summary>Narrows the sessions by what has an index.</summary>
    private IQueryable<Session> Near(DateTime from, DateTime until) =>
        db.Sessions.Where(session => session.State == SessionState.Planned && session.OpensAt > from - Session.LongestOpen && session.OpensAt <= until);
}
