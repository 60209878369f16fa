using Attendance.Benchmarks.Data;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Benchmarks.School;

/// <summary>Fills a database with a school year: people and sessions as Web stores them, check-ins as fast as the database takes them.</summary>
internal static class SchoolDatabase
{
    /// <returns>How many sessions and how many check-ins there are.</returns>
    public static async Task<(int Sessions, int Events)> FillAsync(SchoolYear year, Func<AttendanceDb> open, CancellationToken cancellationToken)
    {
        await using (var db = open())
        {
            await db.Database.MigrateAsync(cancellationToken);
            db.AddRange(year.AllPeople);
            db.AddRange(year.AllGroups);
            db.AddRange(year.Memberships);
            db.AddRange(year.AllSchedules);
            await db.SaveChangesAsync(cancellationToken);
        }

        var members = year.Memberships.ToLookup(each => each.GroupId, each => each.PersonId);
        var (count, recorded) = (0, 0);
        foreach (var month in year.Days.Chunk(20))
        {
            await using var db = open();
            var sessions = month.SelectMany(year.SessionsOf).ToList();
            db.AddRange(sessions);
            await db.SaveChangesAsync(cancellationToken);
            count += sessions.Count;
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            var events = sessions.SelectMany(session => year.EventsOf(session, members[session.Groups[0].GroupId]).Where(each => each.At <= now), (session, each) => (Event: each, SessionId: session.Id)).ToList();
            recorded += events.Count;
            await BulkInsert.WriteAsync(db, events.Select(each => each.Event), cancellationToken);
            await BulkInsert.WriteAsync(db, events.Select(each => new CheckInSession { EventId = each.Event.Id, SessionId = each.SessionId }), cancellationToken);
            await BulkInsert.SettleAsync(db, cancellationToken);
        }

        return (count, recorded);
    }
}
