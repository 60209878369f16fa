using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>When a session takes place. Public, because model binding only supports public types.</summary>
public class TimesForm
{
    [Required(ErrorMessage = "Enter the day.")]
    [Range(typeof(DateOnly), Recurrence.FirstYear, Recurrence.LastYear, ParseLimitsInInvariantCulture = true, ErrorMessage = "Enter a day from the year 2000 to 2199.")]
    [Display(Name = "Day")]
    public DateOnly? Day { get; set; }

    [Required(ErrorMessage = "Enter the time of the start.")]
    [Display(Name = "Start")]
    public TimeOnly? StartsAt { get; set; }

    [Required(ErrorMessage = "Enter how long it lasts.")]
    [Range(1, 24 * 60, ErrorMessage = "Enter 1 to 1440 minutes.")]
    [Display(Name = "Minutes")]
    public int? Duration { get; set; }
}

/// <summary>The fields of a single session.</summary>
public sealed class SingleSessionForm : TimesForm, IValidatableObject
{
    [Required(ErrorMessage = "Enter a name.")]
    [StringLength(Schedule.NameLength, ErrorMessage = "The name may have at most {1} characters.")]
    [Display(Name = "Name")]
    public string? Name { get; set; }

    public IList<Guid> Groups { get; set; } = [];

    [Required(ErrorMessage = "Enter a time zone.")]
    [Display(Name = "Time zone")]
    public string? Zone { get; set; }

    [StringLength(Schedule.PlaceLength, ErrorMessage = "The place may have at most {1} characters.")]
    [Display(Name = "Place")]
    public string? Place { get; set; }

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

        if (Zone is { Length: > 0 } && Zones.Find(Zone) is null)
        {
            yield return new(T("Choose a time zone from the list, such as Europe/Vienna."), [nameof(Zone)]);
        }
    }

    internal SingleSession ToSession() => new(
        Writing.Tidy(Name!), [.. Groups.Distinct()], Day!.Value, StartsAt!.Value, TimeSpan.FromMinutes(Duration!.Value), Zone!,
        string.IsNullOrWhiteSpace(Place) ? null : Writing.Tidy(Place));
}
