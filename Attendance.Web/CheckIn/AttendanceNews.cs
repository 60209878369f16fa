using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Attendance.Web.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn;

/// <summary>
/// Tells webhooks of check-ins and of marks that change, in the transaction in which that is recorded. A mark also changes with time; what
/// was told of it is its value when its last event was recorded or the session was closed, so each message goes on where the one before ended.
/// </summary>
internal sealed class AttendanceNews(AttendanceDb db, WebhookOutbox outbox, IOptions<CheckInOptions> options)
{
    /// <summary>Adds the messages about an event that has not been saved yet. The person's row is locked.</summary>
    public async Task AddAsync(CheckInEvent recorded, CancellationToken cancellationToken)
    {
        if (!await outbox.OpenAsync(cancellationToken))
        {
            return;
        }

        var number = await db.People.Where(person => person.Id == recorded.PersonId).Select(person => person.Number).SingleAsync(cancellationToken);
        if (recorded.Method is CheckInMethod.Face or CheckInMethod.Code or CheckInMethod.Qr)
        {
            outbox.Add(WebhookEvents.CheckInRecorded, recorded.PersonId, new
            {
                check_in_id = recorded.Id, person_id = recorded.PersonId, person_number = number, at = recorded.At, recorded_at = recorded.RecordedAt,
                method = recorded.Method.Code(), place = recorded.Place, kiosk_id = recorded.KioskId, session_ids = recorded.Sessions.Select(each => each.SessionId).ToList(),
            });
        }

        if (outbox.IsWanted(WebhookEvents.MarkChanged))
        {
            await AddMarksAsync(recorded, number, cancellationToken);
        }
    }

    /// <summary>Adds the messages about a session that is closed now.</summary>
    public void AddClosed(Sheet sheet, DateTime now)
    {
        var session = sheet.Session;
        foreach (var row in sheet.Rows)
        {
            AddMark(session.Id, row.PersonId, row.Number, Told(session, row.Events, closedAt: null), row.Result.Mark, now, "closing", null);
        }

        outbox.Add(WebhookEvents.SessionClosed, null, new
        {
            session_id = session.Id, schedule_id = session.ScheduleId, name = session.Name, starts_at = session.StartsAt, ends_at = session.EndsAt, closed_at = session.ClosesAt,
            counts = Enum.GetValues<Mark>().ToDictionary(mark => mark.Code(), mark => sheet.Count(mark), StringComparer.Ordinal),
        });
    }

    private async Task AddMarksAsync(CheckInEvent recorded, string number, CancellationToken cancellationToken)
    {
        var ids = recorded.Sessions.Select(each => each.SessionId).ToList();
        var sessions = await db.Sessions.AsNoTracking().Where(session => ids.Contains(session.Id)).ToListAsync(cancellationToken);
        var before = await db.CheckIns.AsNoTracking().Include(each => each.Sessions)
            .Where(each => each.PersonId == recorded.PersonId && each.Id != recorded.Id && each.Sessions.Any(link => ids.Contains(link.SessionId))).ToListAsync(cancellationToken);
        foreach (var session in sessions)
        {
            var own = before.Where(each => each.Sessions.Exists(link => link.SessionId == session.Id)).ToList();
            AddMark(
                session.Id, recorded.PersonId, number, Told(session, own, session.ClosedToldAt), MarkOf(session, [.. own, recorded], recorded.RecordedAt), recorded.RecordedAt,
                recorded.Method is CheckInMethod.RollCall or CheckInMethod.Correction ? recorded.Method.Code() : "check_in", recorded.Id);
        }
    }

    private void AddMark(Guid sessionId, Guid personId, string number, Mark from, Mark to, DateTime at, string cause, Guid? checkInId)
    {
        if (from != to)
        {
            outbox.Add(WebhookEvents.MarkChanged, personId, new
            {
                session_id = sessionId, person_id = personId, person_number = number, from = from.Code(), to = to.Code(), at, cause, check_in_id = checkInId,
            });
        }
    }

    /// <summary>Returns the mark that was told last: nobody is told that somebody is expected, so without an event it is pending until the session closes.</summary>
    /// <param name="closedAt">When it was told that the session has closed, or null if it was not.</param>
    private Mark Told(Session session, IReadOnlyList<CheckInEvent> events, DateTime? closedAt)
    {
        var times = events.Select(each => each.RecordedAt).Concat(closedAt is { } closed ? [closed] : []).ToList();
        return times.Count == 0 ? Mark.Pending : MarkOf(session, events, times.Max());
    }

    private Mark MarkOf(Session session, IEnumerable<CheckInEvent> events, DateTime now) =>
        Marks.Of(SessionTimes.Of(session), session.Rules, options.Value.Debounce, events, now).Mark;
}
