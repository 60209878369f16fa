using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>The fields of a schedule. Times are minutes. Public, because model binding only supports public types.</summary>
public sealed class ScheduleForm : IValidatableObject
{
    private const int MostMinutes = 12 * 60, LongestMinutes = 24 * 60;

    [Required(ErrorMessage = "Enter a name.")]
    [StringLength(Schedule.NameLength, ErrorMessage = "The name may have at most {1} characters.")]
    [Display(Name = "Name")]
    public string? Name { get; set; }

    public IList<Guid> Groups { get; set; } = [];

    /// <summary>The days of the week, as iCalendar has them.</summary>
    public IList<DayOfWeek> Days { get; set; } = [];

    [Range(1, 52, ErrorMessage = "Enter a number of weeks from 1 to 52.")]
    [Display(Name = "Every … weeks")]
    public int Interval { get; set; } = 1;

    [Required(ErrorMessage = "Enter the first day.")]
    [Range(typeof(DateOnly), Recurrence.FirstYear, Recurrence.LastYear, ParseLimitsInInvariantCulture = true, ErrorMessage = "Enter a day from the year 2000 to 2199.")]
    [Display(Name = "First day")]
    public DateOnly? FirstDay { get; set; }

    [Range(typeof(DateOnly), Recurrence.FirstYear, Recurrence.LastYear, ParseLimitsInInvariantCulture = true, ErrorMessage = "Enter a day from the year 2000 to 2199.")]
    [Display(Name = "Last day")]
    public DateOnly? Until { get; set; }

    [Required(ErrorMessage = "Enter the time of the start.")]
    [Display(Name = "Start")]
    public TimeOnly? StartsAt { get; set; }

    [Required(ErrorMessage = "Enter how long it lasts.")]
    [Range(1, LongestMinutes, ErrorMessage = "Enter 1 to 1440 minutes.")]
    [Display(Name = "Minutes")]
    public int? Duration { get; set; }

    [Required(ErrorMessage = "Enter a time zone.")]
    [Display(Name = "Time zone")]
    public string? Zone { get; set; }

    [StringLength(Schedule.PlaceLength, ErrorMessage = "The place may have at most {1} characters.")]
    [Display(Name = "Place")]
    public string? Place { get; set; }

    [Range(0, MostMinutes, ErrorMessage = "Enter 0 to 720 minutes.")]
    [Display(Name = "Opens before")]
    public int OpensBefore { get; set; }

    [Range(0, MostMinutes, ErrorMessage = "Enter 0 to 720 minutes.")]
    [Display(Name = "Late after")]
    public int LateAfter { get; set; }

    [Range(1, MostMinutes, ErrorMessage = "Enter 1 to 720 minutes, or nothing.")]
    [Display(Name = "Absent after")]
    public int? AbsentAfter { get; set; }

    [Range(0, MostMinutes, ErrorMessage = "Enter 0 to 720 minutes, or nothing.")]
    [Display(Name = "Left early before")]
    public int? LeftEarlyBefore { get; set; }

    [Range(1, MostMinutes, ErrorMessage = "Enter 1 to 720 minutes, or nothing.")]
    [Display(Name = "Minimum presence")]
    public int? MinimumPresence { get; set; }

    public bool SkipsHolidays { get; set; }

    /// <summary>The schedule's concurrency token when the form was shown.</summary>
    public Guid Stamp { get; set; }

    /// <summary>The <see cref="Outline"/> for which the next dates were shown.</summary>
    public string? Shown { get; set; }

    /// <summary>What the dates follow from. Saving needs that they were shown for exactly this.</summary>
    internal string Outline => string.Create(CultureInfo.InvariantCulture, $"{Recurrence.Weekly(Days, Interval, Until)};{FirstDay:yyyyMMdd};{StartsAt:HHmm};{Duration};{Zone};{SkipsHolidays}");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var error in FormTexts.ErrorsOf((nameof(Name), Name), (nameof(Place), Place)))
        {
            yield return error;
        }

        if (Groups.Count == 0)
        {
            yield return new(T("Choose at least one group."), [nameof(Groups)]);
        }

        if (Days.Count == 0 || Days.Any(day => !Enum.IsDefined(day)))
        {
            yield return new(T("Choose at least one day of the week."), [nameof(Days)]);
        }

        if (Until < FirstDay)
        {
            yield return new(T("The last day must not be before the first one."), [nameof(Until)]);
        }

        if (Zone is { Length: > 0 } && Zones.Find(Zone) is null)
        {
            yield return new(T("Choose a time zone from the list, such as Europe/Vienna."), [nameof(Zone)]);
        }

        if (AbsentAfter <= LateAfter)
        {
            yield return new(T("Absent must come after late."), [nameof(AbsentAfter)]);
        }

        if (MinimumPresence > Duration)
        {
            yield return new(T("The minimum presence must not be longer than the session."), [nameof(MinimumPresence)]);
        }
    }

    internal static ScheduleForm From(CheckInOptions options, string zone, DateOnly today)
    {
        var form = new ScheduleForm { FirstDay = today, Duration = 60, Zone = zone, SkipsHolidays = true };
        form.Read(options.Rules());
        return form;
    }

    /// <returns>The form, or null if the schedule recurs in a way that this form cannot show.</returns>
    internal static ScheduleForm? From(Schedule schedule)
    {
        if (Recurrence.ReadWeekly(schedule.Recurrence) is not { } weekly)
        {
            return null;
        }

        var form = new ScheduleForm
        {
            Name = schedule.Name, Groups = [.. schedule.Groups.Select(link => link.GroupId)], Days = [.. weekly.Days], Interval = weekly.Interval, Until = weekly.Until,
            FirstDay = schedule.FirstDay, StartsAt = schedule.StartsAt, Duration = (int)schedule.Duration.TotalMinutes, Zone = schedule.Zone, Place = schedule.Place,
            SkipsHolidays = schedule.SkipsHolidays, Stamp = schedule.Stamp,
        };
        form.Read(schedule.Rules);
        return form;
    }

    /// <param name="closesAfter">How long after the end people may check out, which is the same for all schedules.</param>
    internal Schedule ToSchedule(TimeSpan closesAfter, DateTime now)
    {
        var schedule = new Schedule { Name = "", Recurrence = "", Zone = "", Rules = new(), CreatedAt = now };
        WriteTo(schedule, closesAfter);
        return schedule;
    }

    internal void WriteTo(Schedule schedule, TimeSpan closesAfter)
    {
        (schedule.Name, schedule.Recurrence, schedule.FirstDay) = (Writing.Tidy(Name!), Recurrence.Weekly(Days, Interval, Until), FirstDay!.Value);
        (schedule.StartsAt, schedule.Duration, schedule.Zone) = (StartsAt!.Value, TimeSpan.FromMinutes(Duration!.Value), Zone!);
        schedule.Place = string.IsNullOrWhiteSpace(Place) ? null : Writing.Tidy(Place);
        (schedule.PlaceKey, schedule.SkipsHolidays) = (Places.Key(Place), SkipsHolidays);
        schedule.Rules = new MarkRules
        {
            OpensBefore = TimeSpan.FromMinutes(OpensBefore), LateAfter = TimeSpan.FromMinutes(LateAfter), AbsentAfter = Minutes(AbsentAfter),
            LeftEarlyBefore = Minutes(LeftEarlyBefore), MinimumPresence = Minutes(MinimumPresence), ClosesAfter = closesAfter,
        };
    }

    private static TimeSpan? Minutes(int? minutes) => minutes is { } number ? TimeSpan.FromMinutes(number) : null;

    private void Read(MarkRules rules)
    {
        (OpensBefore, LateAfter) = ((int)rules.OpensBefore.TotalMinutes, (int)rules.LateAfter.TotalMinutes);
        AbsentAfter = (int?)rules.AbsentAfter?.TotalMinutes;
        (LeftEarlyBefore, MinimumPresence) = ((int?)rules.LeftEarlyBefore?.TotalMinutes, (int?)rules.MinimumPresence?.TotalMinutes);
    }
}
