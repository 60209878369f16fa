using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Attendance.Web.People;

/// <summary>What an operator types. Public, because model binding looks at public types only.</summary>
public sealed partial class PersonForm : IValidatableObject
{
    [Required(ErrorMessage = "Enter the full name.")]
    [StringLength(Person.NameLength, ErrorMessage = "The full name may have at most {1} characters.")]
    [Display(Name = "Full name")]
    public string? FullName { get; set; }

    [Required(ErrorMessage = "Enter the employee or student number.")]
    [Display(Name = "Employee or student number")]
    public string? Number { get; set; }

    [StringLength(Person.GroupLength, ErrorMessage = "The group may have at most {1} characters.")]
    [Display(Name = "Group")]
    public string? Group { get; set; }

    /// <summary>Of the person as it was when the form was shown.</summary>
    public Guid Stamp { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Number is not null && !NumberShape().IsMatch(Number.Trim()))
        {
            yield return new(
                $"The number may have 1 to {Person.NumberLength} letters, digits and . _ / - and begins with a letter or digit.", [nameof(Number)]);
        }

        if (FullName is { } name && name.Any(char.IsControl))
        {
            yield return new("The full name has a character that cannot be written.", [nameof(FullName)]);
        }

        if (Group is { } group && group.Any(char.IsControl))
        {
            yield return new("The group has a character that cannot be written.", [nameof(Group)]);
        }
    }

    internal void WriteTo(Person person, DateTime now) =>
        person.Describe(Tidy(FullName!), Number!.Trim(), string.IsNullOrWhiteSpace(Group) ? null : Tidy(Group), now);

    /// <summary>One space where there were several, none at the ends.</summary>
    private static string Tidy(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    [GeneratedRegex(@"^[\p{L}\p{Nd}][\p{L}\p{Nd}._/-]{0,31}\z")]
    private static partial Regex NumberShape();
}
