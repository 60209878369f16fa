using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Kiosks;

/// <summary>A kiosk as an administrator describes it. Public, because model binding only supports public types.</summary>
public sealed class KioskForm : IValidatableObject
{
    [Required(ErrorMessage = "Enter a name.")]
    [StringLength(Kiosk.NameLength, ErrorMessage = "The name may have at most {1} characters.")]
    [Display(Name = "Name")]
    public string? Name { get; set; }

    [Required(ErrorMessage = "Enter the place of the sessions that it serves.")]
    [StringLength(Kiosk.PlaceLength, ErrorMessage = "The place may have at most {1} characters.")]
    [Display(Name = "Place")]
    public string? Place { get; set; }

    /// <summary>A camera of the server, or nothing for the camera of the device itself.</summary>
    [Display(Name = "Camera")]
    public string? CameraId { get; set; }

    [Display(Name = "Staffed")]
    public bool IsStaffed { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var error in FormTexts.ErrorsOf((nameof(Name), Name), (nameof(Place), Place)))
        {
            yield return error;
        }

        if (CameraId is { Length: > 0 } camera && !IdFormats.IsServerCamera(camera))
        {
            yield return new(T("The camera must be the id of a camera of the server."), [nameof(CameraId)]);
        }
    }
}
