using Attendance.Web.Data;
using Attendance.Web.Schedules;

namespace Attendance.Web.CheckIn;

internal static class OpenSessions
{
    /// <summary>Returns the sessions in which people may check in at a place at a time. A session without a place is open at all of them.</summary>
    /// <param name="db">The database.</param>
    /// <param name="place">The place, or null for anywhere.</param>
    /// <param name="at">The time, in UTC.</param>
    public static IQueryable<Session> At(AttendanceDb db, string? place, DateTime at)
    {
        var earliest = at - Session.LongestOpen; // or every session that there ever was would be read
        var open = db.Sessions.Where(session => session.State == SessionState.Planned && session.OpensAt > earliest && session.OpensAt <= at && at <= session.ClosesAt);
        return Places.Key(place) is { } key ? open.Where(session => session.PlaceKey == null || session.PlaceKey == key) : open;
    }
}
