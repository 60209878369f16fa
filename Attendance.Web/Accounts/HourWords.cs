using System.Globalization;
using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts;

/// <summary>Tells times that are kept to the hour.</summary>
internal static class HourWords
{
    public static string Of(DateTime hour) => T("{0} {1} h UTC", Show.Day(hour), hour.ToString("HH", CultureInfo.InvariantCulture));
}
