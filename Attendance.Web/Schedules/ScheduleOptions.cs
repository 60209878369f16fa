using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Schedules;

internal sealed class ScheduleOptions
{
    public const string Section = "Schedules";

    /// <summary>For how many days ahead sessions are made.</summary>
    [Range(1, 366)]
    public int DaysAhead { get; set; } = 28;

    /// <summary>How often the sessions of all schedules are made. Those of a schedule that was changed are made at once.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MadeEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The IANA time zone that a new schedule begins with.</summary>
    [Required]
    public string Zone { get; set; } = "UTC";
}

[OptionsValidator]
internal sealed partial class ScheduleAnnotations : IValidateOptions<ScheduleOptions>;

internal sealed class ScheduleOptionsValidator : IValidateOptions<ScheduleOptions>
{
    public ValidateOptionsResult Validate(string? name, ScheduleOptions options) => Zones.Find(options.Zone) is null
        ? ValidateOptionsResult.Fail($"{ScheduleOptions.Section}:{nameof(ScheduleOptions.Zone)} must be an IANA time zone such as Europe/Vienna.")
        : ValidateOptionsResult.Success;
}
