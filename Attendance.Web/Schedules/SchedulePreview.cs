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
        var schedule = form.ToSchedule(options.Value.ClosesAfter, now);
        var holidays = await schedules.HolidaysAsync(cancellationToken);
        return
        [
            .. SessionPlan.Occurrences(schedule, holidays, now, Zones.DayOf(schedule.Zone, now).AddDays(DaysAhead)).Take(Shown)
                .Select(each => $"{each.Day.DayOfWeek}, {SessionWords.DayAndTime(schedule.Zone, each.StartsAt)} to {SessionWords.DayAndTime(schedule.Zone, each.EndsAt)[11..]}"),
        ];
    }
}
