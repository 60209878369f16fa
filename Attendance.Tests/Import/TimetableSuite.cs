using System.Globalization;
using System.Text;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Import;

/// <summary>Tests imports of timetables, on every database that Web may have.</summary>
public abstract class TimetableSuite
{
    private readonly ImportSite _site;

    private protected TimetableSuite(ImportSite site)
    {
        Assert.SkipWhen(site.Missing is not null, site.Missing ?? "");
        _site = site;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_becomes_a_schedule_and_importing_it_again_changes_that_one()
    {
        var first = DateTime.UtcNow.Date.AddDays(7);
        var group = await _site.DbAsync(async db =>
        {
            var added = new Group { CreatedAt = DateTime.UtcNow };
            added.Rename("T class");
            db.Groups.Add(added);
            await db.SaveChangesAsync(Cancel);
            return added.Id;
        });
        var id = await CheckAsync(Lessons(first, 9));

        Assert.Equal((1, 0, 0, 0, 2), await _site.CountsAsync(id));
        Assert.Contains($"Next: {first.DayOfWeek}, {first:yyyy-MM-dd} 09:00 to 10:00; ", await _site.ListAsync(id, "New"), StringComparison.Ordinal);
        var refused = await _site.ListAsync(id, "Refused");
        Assert.Contains("There is no group “T nobody”.", refused, StringComparison.Ordinal);
        Assert.Contains("The event lasts whole days.", refused, StringComparison.Ordinal);
        Assert.Equal(0, await _site.DbAsync(db => db.Schedules.CountAsync(Cancel)));
        await _site.ConfirmAsync(id);
        var made = await _site.DbAsync(db => db.Schedules.Include(each => each.Groups).SingleAsync(Cancel));
        Assert.Equal(("Maths", "lesson@school", group), (made.Name, made.Source, Assert.Single(made.Groups).GroupId));
        var days = await _site.DbAsync(db => db.Sessions.Where(session => session.ScheduleId == made.Id).OrderBy(session => session.Day).Select(session => session.Day).ToListAsync(Cancel));
        Assert.DoesNotContain(DateOnly.FromDateTime(first.AddDays(7)), days); // its EXDATE
        Assert.Contains(DateOnly.FromDateTime(first.AddDays(14)), days);

        Assert.Equal((0, 0, 1, 0, 2), await _site.CountsAsync(await CheckAsync(Lessons(first, 9))));
        var later = await CheckAsync(Lessons(first, 10));
        Assert.Contains("Start: 09:00 10:00", await _site.ListAsync(later, "Changed"), StringComparison.Ordinal);
        await _site.ConfirmAsync(later);

        var changed = await _site.DbAsync(db => db.Schedules.SingleAsync(Cancel));
        Assert.Equal((made.Id, new TimeOnly(10, 0)), (changed.Id, changed.StartsAt));
        Assert.Equal(days.Count, await _site.DbAsync(db => db.Sessions.CountAsync(session => session.ScheduleId == made.Id, Cancel)));
    }

    private async Task<Guid> CheckAsync(string calendar)
    {
        var (location, text) = await _site.UploadAsync("/import/timetable", "file", [("timetable.ics", Encoding.UTF8.GetBytes(calendar))], ("GroupsBy", "Categories"), ("Zone", "Europe/Vienna"));
        Assert.True(location is not null, text);
        var id = Guid.Parse(location.Split('/')[2]);
        await _site.UntilAsync(id, "waiting");
        return id;
    }

    private static string Lessons(DateTime first, int hour)
    {
        var (day, next) = (first.ToString("yyyyMMdd", CultureInfo.InvariantCulture), first.AddDays(7).ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        return TimetableFileTests.Calendar(
            $"BEGIN:VEVENT\nUID:lesson@school\nSUMMARY:Maths\nCATEGORIES:T class\nDTSTART:{day}T{hour:00}0000\nDTEND:{day}T{hour + 1:00}0000\nRRULE:FREQ=WEEKLY\nEXDATE:{next}T{hour:00}0000\nEND:VEVENT\n"
            + $"BEGIN:VEVENT\nUID:other@school\nSUMMARY:Art\nCATEGORIES:T nobody\nDTSTART:{day}T{hour:00}0000\nDTEND:{day}T{hour + 1:00}0000\nEND:VEVENT\n"
            + $"BEGIN:VEVENT\nUID:holiday@school\nSUMMARY:Day off\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT\n");
    }
}

public sealed class TimetableOnSqliteTests(ImportOnSqlite site) : TimetableSuite(site), IClassFixture<ImportOnSqlite>;

public sealed class TimetableOnPostgresTests(ImportOnPostgres site) : TimetableSuite(site), IClassFixture<ImportOnPostgres>;
