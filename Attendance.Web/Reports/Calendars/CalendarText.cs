using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Attendance.Web.Data;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using Ical.Net.Serialization;

namespace Attendance.Web.Reports.Calendars;

/// <summary>
/// Writes sessions as iCalendar (RFC 5545). Times are in UTC, so no program needs to know our time zones. A session keeps its UID when it is moved or cancelled, and
/// its SEQUENCE says which version is the later one. No person is in it.
/// </summary>
internal static class CalendarText
{
    public static string Of(IEnumerable<Session> sessions, DateTime now)
    {
        var calendar = new Ical.Net.Calendar { Method = "PUBLISH", ProductId = "-//Attendance//Sessions//EN" };
        calendar.Events.AddRange(sessions.Select(session => new CalendarEvent
        {
            Uid = $"{session.Id}@attendance",
            DtStamp = new CalDateTime(now, CalDateTime.UtcTzId),
            Start = new CalDateTime(session.StartsAt, CalDateTime.UtcTzId),
            End = new CalDateTime(session.EndsAt, CalDateTime.UtcTzId),
            Summary = session.Name,
            Location = session.Place,
            Sequence = session.Sequence,
            Status = session.State == SessionState.Cancelled ? "CANCELLED" : "CONFIRMED",
        }));
        return new CalendarSerializer().SerializeToString(calendar)!;
    }

    /// <summary>
    /// Makes the entity tag of these sessions. It is a weak one, because texts of the same sessions differ by the time at which they were made.
    /// </summary>
    public static string TagOf(IEnumerable<Session> sessions)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var session in sessions)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{session.Id}\n{session.StartsAt.Ticks}\n{session.EndsAt.Ticks}\n{session.Name}\n{session.Place}\n{session.Sequence}\n{session.State}\n")));
        }

        return Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
