using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Benchmarks.School;

/// <summary>The pages and exports that are asked for.</summary>
internal sealed record SchoolPages(IReadOnlyList<(string Name, string Address)> Pages, IReadOnlyList<(string Name, string Address)> Exports)
{
    /// <summary>How many rows a sheet of Excel may have, a few more than a million, and how many rows a school day has.</summary>
    private const int MostRows = 1_000_000, RowsOfDay = SchoolYear.People * SchoolYear.Lessons;

    public static async Task<SchoolPages> FindAsync(WebServer web, SchoolYear year, Func<AttendanceDb> open, CancellationToken cancellationToken)
    {
        await using var db = open();
        var (person, group, last) = (year.AllPeople[500].Id, year.AllGroups[20].Id, year.Days[^1]);
        var session = await db.Sessions.Where(each => each.Day == year.Days[year.Days.Count / 2] && each.Groups.Any(link => link.GroupId == group)).Select(each => each.Id).FirstAsync(cancellationToken);
        var (month, whole) = (Days(year.Days[Math.Max(0, year.Days.Count - 21)], year.Days[Math.Max(0, year.Days.Count - 2)]), Days(year.Days[0], last));
        var million = Days(year.Days[0], year.Days[Math.Min(year.Days.Count, MostRows / RowsOfDay) - 1]);
        var search = await web.PostAsync("/people", cancellationToken, ("Words", "ada lovelace"), ("Group", ""));
        return new(
        [
            ("people", "/people"), ("people, a search", search), ("a person", $"/people/{person}"), ("a person's attendance", $"/people/{person}/attendance"),
            ("today", "/attendance"), ("a session's sheet", $"/attendance/{session}"), ("a mark and its events", $"/attendance/{session}/people/{person}"),
            ("groups", "/groups"), ("members of a group", $"/groups/{group}"), ("schedules", "/schedules"), ("a schedule", $"/schedules/{year.AllSchedules[100].Id}"),
            ("report by session, a month", $"/reports?{month}"), ("report by session, the year", $"/reports?{whole}"), ("report by session, by name, the year", $"/reports?{whole}&sort=name"),
            ("report by session, by percentage, a month", $"/reports?{month}&sort=percentage"), ("report by session of a group, by percentage, the year", $"/reports?{whole}&group={group}&sort=percentage"),
            ("report of a group, a month", $"/reports/groups/{group}?{month}"), ("report of a group, the year", $"/reports/groups/{group}?{whole}"),
            ("report of a person, a month", $"/reports/people/{person}?{month}"), ("report of a person, the year", $"/reports/people/{person}?{whole}"),
            ("people to report of", "/reports/people"), ("groups to report of", "/reports/groups"),
            ("export of a person, a month", $"/api/reports/person/csv?{month}&person={person}"), ("export of a group, a month", $"/api/reports/group/csv?{month}&group={group}"),
            ("export of every mark of a group, a month", $"/api/reports/marks/csv?{month}&group={group}"),
        ],
        [
            ("sessions, a month, CSV", $"/api/reports/sessions/csv?{month}"), ("every mark, a month, CSV", $"/api/reports/marks/csv?{month}"), ("every mark, a month, XLSX", $"/api/reports/marks/xlsx?{month}"),
            ("every mark, a million, CSV", $"/api/reports/marks/csv?{million}"), ("every mark, a million, XLSX", $"/api/reports/marks/xlsx?{million}"),
            ("every mark, the year, CSV", $"/api/reports/marks/csv?{whole}"),
        ]);
    }

    private static string Days(DateOnly from, DateOnly until) => string.Create(CultureInfo.InvariantCulture, $"from={from:yyyy-MM-dd}&until={until:yyyy-MM-dd}");
}
