using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Notifications;

/// <summary>A rule applies to a person in a session.</summary>
/// <param name="Subject">What it is told once for: the session, or the month.</param>
/// <param name="Count">How often it happened, for rules that count.</param>
internal sealed record RuleMatch(NotificationRule Rule, Guid PersonId, Session Session, string Subject, int? Count = null);

/// <summary>What rules find in a session now.</summary>
/// <param name="Matches">What is to be told.</param>
/// <param name="Marks">The marks of everybody in the session.</param>
internal sealed record SessionFindings(Session Session, IReadOnlyList<RuleMatch> Matches, IReadOnlyDictionary<Guid, Mark> Marks);

/// <summary>Finds to whom rules apply in a session. The number of queries does not depend on the number of people and rules.</summary>
internal sealed class RuleMatches(AttendanceDb db, AttendanceSheets sheets, TimeProvider clock)
{
    /// <summary>How far back the sessions are counted that somebody was absent from in a row.</summary>
    private const int DaysBack = 90;

    /// <param name="sessionId">The session. What happened after it does not matter.</param>
    /// <param name="rules">The rules to look by. Those whose moment has not come find nothing.</param>
    /// <param name="only">The people to look at, or null for all.</param>
    /// <param name="cancellationToken">Canceled when Web stops.</param>
    /// <returns>What was found, or null if the session does not exist or was cancelled.</returns>
    public async Task<SessionFindings?> InAsync(
        Guid sessionId, IReadOnlyList<NotificationRule> rules, IReadOnlySet<Guid>? only, CancellationToken cancellationToken)
    {
        if (await sheets.ReadAsync(sessionId, cancellationToken) is not { Session.State: SessionState.Planned } sheet)
        {
            return null;
        }

        var session = sheet.Session;
        var now = clock.GetUtcNow().UtcDateTime;
        var due = rules.Where(rule => rule.MomentIn(session) <= now).ToList();
        var groups = (await (
            from link in db.SessionGroups
            join membership in db.Memberships on link.GroupId equals membership.GroupId
            where link.SessionId == sessionId && membership.From < session.EndsAt && (membership.Until == null || membership.Until > session.StartsAt)
            select new { membership.PersonId, membership.GroupId }).ToListAsync(cancellationToken)).ToLookup(each => each.PersonId, each => each.GroupId);
        var candidates = (
            from row in sheet.Rows
            where groups.Contains(row.PersonId) && only?.Contains(row.PersonId) != false // who is not expected is not missed
            from rule in due
            where (rule.GroupId is not { } wanted || groups[row.PersonId].Contains(wanted)) && MayApply(rule, row.Result)
            select (Rule: rule, row.PersonId)).ToList();
        var history = await HistoryAsync([.. candidates.Where(each => each.Rule.Times is not null).Select(each => each.PersonId).Distinct()], session, cancellationToken);
        var told = await ToldAsync(candidates.Where(each => each.Rule is { Trigger: RuleTrigger.LateTimes, Period: CountPeriod.ThirtyDays }).ToList(), session, cancellationToken);
        return new(
            session,
            [.. candidates.Select(each => Match(each.Rule, each.PersonId, session, history[each.PersonId], told)).OfType<RuleMatch>()],
            sheet.Rows.ToDictionary(row => row.PersonId, row => row.Result.Mark));
    }

    /// <summary>Returns whether the mark in this session is what the rule is about. Who is excused never is.</summary>
    private static bool MayApply(NotificationRule rule, MarkResult result) => rule.Trigger switch
    {
        RuleTrigger.NotCome => result.FirstIn is null && result.Mark is Mark.Pending or Mark.Absent,
        RuleTrigger.LateTimes => result.Mark == Mark.Late,
        RuleTrigger.LeftEarly => result.Mark == Mark.LeftEarly,
        _ => result.Mark == Mark.Absent,
    };

    private static RuleMatch? Match(
        NotificationRule rule, Guid personId, Session session, IEnumerable<HistoryRow> history, Dictionary<(Guid, Guid), DateTime> told)
    {
        var counted = history.Where(row => rule.GroupId is not { } wanted || row.Session.Groups.Exists(link => link.GroupId == wanted));
        var subject = session.Id.ToString("N");
        switch (rule)
        {
            case { Trigger: RuleTrigger.LateTimes, Period: CountPeriod.Month }:
                var month = counted.Count(row => row.Result.Mark == Mark.Late && (row.Session.Day.Year, row.Session.Day.Month) == (session.Day.Year, session.Day.Month));
                return month >= rule.Times ? new(rule, personId, session, $"{session.Day:yyyy-MM}", month) : null;
            case { Trigger: RuleTrigger.LateTimes }:
                var since = told.GetValueOrDefault((rule.Id, personId)); // what was told before is not counted again
                var days = counted.Count(row => row.Result.Mark == Mark.Late && row.Session.Day > session.Day.AddDays(-30) && row.Session.ClosesAt > since);
                return days >= rule.Times ? new(rule, personId, session, subject, days) : null;
            case { Trigger: RuleTrigger.AbsentInRow }:
                var row = counted.Where(each => each.Result.Mark is not (Mark.Excused or Mark.Pending)).TakeWhile(each => each.Result.Mark == Mark.Absent).Count();
                return row == rule.Times ? new(rule, personId, session, subject, row) : null; // told when it is reached, and not again at the next session
            default:
                return new(rule, personId, session, subject);
        }
    }

    /// <summary>Reads what these people did until this session, with it, the latest first.</summary>
    private async Task<ILookup<Guid, HistoryRow>> HistoryAsync(IReadOnlyList<Guid> people, Session session, CancellationToken cancellationToken)
    {
        var read = people.Count == 0 ? [] : await sheets.OfPeopleAsync(people, session.Day.AddDays(-DaysBack), session.Day, cancellationToken);
        return (
            from sheet in read
            where sheet.Session.StartsAt < session.StartsAt || (sheet.Session.StartsAt == session.StartsAt && sheet.Session.Id.CompareTo(session.Id) <= 0)
            orderby sheet.Session.StartsAt descending, sheet.Session.Id descending
            from row in sheet.Rows
            select (row.PersonId, Row: new HistoryRow(sheet.Session, row.Result))).ToLookup(each => each.PersonId, each => each.Row);
    }

    /// <summary>Reads until when what was counted was told already, by rule and person.</summary>
    private async Task<Dictionary<(Guid, Guid), DateTime>> ToldAsync(
        List<(NotificationRule Rule, Guid PersonId)> counted, Session session, CancellationToken cancellationToken)
    {
        if (counted.Count == 0)
        {
            return [];
        }

        var (rules, people) = (counted.Select(each => each.Rule.Id).Distinct().ToList(), counted.Select(each => each.PersonId).Distinct().ToList());
        var told = await db.Notifications
            .Where(each => rules.Contains(each.RuleId) && people.Contains(each.PersonId) && each.At < session.ClosesAt && each.SessionId != session.Id
                && (each.State == NotificationState.Pending || each.State == NotificationState.Mailed || each.State == NotificationState.Sent))
            .GroupBy(each => new { each.RuleId, each.PersonId })
            .Select(group => new { group.Key.RuleId, group.Key.PersonId, At = group.Max(each => each.At) }).ToListAsync(cancellationToken);
        return told.ToDictionary(each => (each.RuleId, each.PersonId), each => each.At);
    }
}
