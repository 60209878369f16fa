using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Reports.Calendars;

/// <summary>What a new calendar has the sessions of. Neither a group nor a place: all of them.</summary>
public sealed class CalendarForm : IValidatableObject
{
    public Guid? Group { get; set; }

    [StringLength(Schedule.PlaceLength, ErrorMessage = "Enter at most 100 characters.")]
    public string? Place { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. FormTexts.ErrorsOf((nameof(Place), Place)),
        .. Group is not null && !string.IsNullOrWhiteSpace(Place)
            ? new ValidationResult[] { new(T("Choose a group or enter a place, not both."), [nameof(Place)]) }
            : [],
    ];
}
