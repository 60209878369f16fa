using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Rights;

/// <summary>A rule as an administrator writes it. Public, because model binding only supports public types.</summary>
public sealed class RuleForm : IValidatableObject
{
    [Required(ErrorMessage = "Enter the id of a camera, or the beginning of ids with * at the end.")]
    [Display(Name = "Cameras")]
    public string? Camera { get; set; }

    [StringLength(CameraRule.GrantLength, ErrorMessage = "This may have at most {1} characters.")]
    [Display(Name = "Watch")]
    public string? Watch { get; set; }

    [StringLength(CameraRule.GrantLength, ErrorMessage = "This may have at most {1} characters.")]
    [Display(Name = "Borrow")]
    public string? Borrow { get; set; }

    [StringLength(CameraRule.GrantLength, ErrorMessage = "This may have at most {1} characters.")]
    [Display(Name = "Publish")]
    public string? Publish { get; set; }

    /// <summary>Returns the rule. The form has been validated.</summary>
    internal RightsRule ToRule() =>
        CameraPattern.TryParse(Camera?.Trim(), out var camera) ? new(camera, Read(Watch), Read(Borrow), Read(Publish)) : throw new InvalidOperationException("The form is not valid.");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrWhiteSpace(Camera) && !CameraPattern.TryParse(Camera.Trim(), out _))
        {
            yield return new(T("This must be the id of a camera, or the beginning of ids with * at the end."), [nameof(Camera)]);
        }

        (string Field, string? Text)[] grants = [(nameof(Watch), Watch), (nameof(Borrow), Borrow), (nameof(Publish), Publish)];
        foreach (var (field, text) in grants)
        {
            if (!Grant.TryRead(text, out var grant))
            {
                yield return new(T("Each must be 'admin', 'operator', or 'team:' and the name of a team."), [field]);
            }
            else if (grant?.ToString().Length > CameraRule.GrantLength)
            {
                yield return new(T("These are too many: they may have {0} characters together.", CameraRule.GrantLength), [field]); // stored with a comma and a space between
            }
        }

        if (Array.TrueForAll(grants, grant => string.IsNullOrWhiteSpace(grant.Text)))
        {
            yield return new(T("Say for at least one right who has it."), [nameof(Watch)]);
        }
    }

    private static Grant? Read(string? text) => Grant.TryRead(text, out var grant) ? grant : null;
}
