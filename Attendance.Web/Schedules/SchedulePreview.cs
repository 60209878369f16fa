using Attendance.Web.Data;
using Attendance.Web.Languages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Shows what would follow from a schedule before it is saved.</summary>
internal sealed class SchedulePreview(ScheduleStore schedules, IOptions<CheckInOptions> options, TimeProvider clock)
{
    private const int Shown = 5;

    /// <summary>How far to look for the next dates, because a schedule may begin later.</summary>
    private const int DaysAhead = 800;

    /// <summary>Lists the next five sessions, by the clock on the wall of the site.</summary>
    public async Task<IReadOnlyList<NextSession>> NextAsync(ScheduleForm form, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return Next(form.ToSchedule(options.Value.ClosesAfter, now), await schedules.HolidaysAsync(cancellationToken), now);
    }

    /// <summary>Lists the next five sessions of a schedule. Empty if there are none in the next two years.</summary>
    public static IReadOnlyList<NextSession> Next(Schedule schedule, IReadOnlyList<Holiday> holidays, DateTime now) =>
    [
        .. SessionPlan.Occurrences(schedule, holidays, now, Zones.DayOf(schedule.Zone, now).AddDays(DaysAhead)).Take(Shown)
            .Select(each => (each.Day, Start: Zones.ToLocal(schedule.Zone, each.StartsAt), End: Zones.ToLocal(schedule.Zone, each.EndsAt)))
            .Select(each => new NextSession(each.Start, T("{0}, {1} to {2}", Show.WeekDay(each.Day.DayOfWeek), Show.DayAndTime(each.Start), Show.Time(each.End)))),
    ];
}

/// <summary>A session that would be.</summary>
/// <param name="StartsAt">By the clock on the wall of the site.</param>
/// <param name="Words">When it is, as pages say it.</param>
internal sealed record NextSession(DateTime StartsAt, string Words);
