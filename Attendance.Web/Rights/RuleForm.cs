using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;

namespace Attendance.Web.Rights;

/// <summary>A rule as an administrator writes it. Public, because model binding only supports public types.</summary>
public sealed class RuleForm : IValidatableObject
{
    private const string TooLong = "This may have at most {1} characters.";

    [Required(ErrorMessage = "Enter the id of a camera, or the beginning of ids with * at the end.")]
    [Display(Name = "Cameras")]
    public string? Camera { get; set; }

    [StringLength(CameraRule.GrantLength, ErrorMessage = TooLong)]
    [Display(Name = "Watch")]
    public string? Watch { get; set; }

    [StringLength(CameraRule.GrantLength, ErrorMessage = TooLong)]
    [Display(Name = "Borrow")]
    public string? Borrow { get; set; }

    [StringLength(CameraRule.GrantLength, ErrorMessage = TooLong)]
    [Display(Name = "Publish")]
    public string? Publish { get; set; }

    /// <summary>Returns the rule. The form has been validated.</summary>
    internal RightsRule ToRule() =>
        CameraPattern.TryParse(Camera?.Trim(), out var camera) ? new(camera, Read(Watch), Read(Borrow), Read(Publish)) : throw new InvalidOperationException("The form is not valid.");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrWhiteSpace(Camera) && !CameraPattern.TryParse(Camera.Trim(), out _))
        {
            yield return new($"This {CameraPattern.Rule}", [nameof(Camera)]);
        }

        (string Field, string? Text)[] grants = [(nameof(Watch), Watch), (nameof(Borrow), Borrow), (nameof(Publish), Publish)];
        foreach (var (field, text) in grants)
        {
            if (!Grant.TryRead(text, out var grant))
            {
                yield return new($"Each {Grant.Rule}.", [field]);
            }
            else if (grant?.ToString().Length > CameraRule.GrantLength)
            {
                yield return new($"These are too many: they may have {CameraRule.GrantLength} characters together.", [field]); // stored with a comma and a space between
            }
        }

        if (Array.TrueForAll(grants, grant => string.IsNullOrWhiteSpace(grant.Text)))
        {
            yield return new("Say for at least one right who has it.", [nameof(Watch)]);
        }
    }

    private static Grant? Read(string? text) => Grant.TryRead(text, out var grant) ? grant : null;
}
