using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;

namespace Attendance.Web.Schedules;

/// <summary>Why somebody changes something. Public, because model binding only supports public types.</summary>
public sealed class ReasonForm
{
    [Required(ErrorMessage = "Enter the reason.")]
    [StringLength(AuditEntry.ReasonLength, MinimumLength = 3, ErrorMessage = "The reason must have {2} to {1} characters.")]
    [Display(Name = "Reason")]
    public string? Reason { get; set; }

    internal string Text => Writing.Tidy(Reason!);
}
