using Attendance.Web.Data;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Schedules;

/// <summary>Shows what would follow from a schedule before it is saved.</summary>
internal sealed class SchedulePreview(ScheduleStore schedules, IOptions<CheckInOptions> options, TimeProvider clock)
{
    private const int Shown = 5;

    /// <summary>How far to look for the next dates, because a schedule may begin later.</summary>
    private const int DaysAhead = 800;

    /// <summary>Lists the next five sessions, by the clock on the wall of the site.</summary>
    public async Task<IReadOnlyList<string>> NextAsync(ScheduleForm form, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return Next(form.ToSchedule(options.Value.ClosesAfter, now), await schedules.HolidaysAsync(cancellationToken), now);
    }

    /// <summary>Lists the next five sessions of a schedule. Empty if there are none in the next two years.</summary>
    public static IReadOnlyList<string> Next(Schedule schedule, IReadOnlyList<Holiday> holidays, DateTime now) =>
    [
        .. SessionPlan.Occurrences(schedule, holidays, now, Zones.DayOf(schedule.Zone, now).AddDays(DaysAhead)).Take(Shown)
            .Select(each => $"{each.Day.DayOfWeek}, {SessionWords.DayAndTime(schedule.Zone, each.StartsAt)} to {SessionWords.DayAndTime(schedule.Zone, each.EndsAt)[11..]}"),
    ];
}
