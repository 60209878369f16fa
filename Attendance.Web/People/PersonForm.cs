using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.People;

/// <summary>The fields that an operator fills in. Public, because model binding only supports public types.</summary>
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

    /// <summary>The person's concurrency token when the form was shown.</summary>
    public Guid Stamp { get; set; }

    /// <summary>Whether to keep the number although it may mislead; see <see cref="SaveOutcome.NumberMisleading"/>.</summary>
    public bool KeepNumber { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Number is not null && !(NumberShape().IsMatch(Number.Trim()) && Writing.IsSeen(Number) && Writing.Key(Number.Trim()).Length <= Person.NumberLength))
        {
            yield return new(
                T("The number may have 1 to {0} letters, digits and . _ / - and begins with a letter or digit.", Person.NumberLength), [nameof(Number)]);
        }

        foreach (var (value, name, unwritable, unseen) in new[]
        {
            (FullName, nameof(FullName), T("The full name has a character that cannot be written."), T("The full name needs a letter or a digit.")),
            (Group, nameof(Group), T("The group has a character that cannot be written."), T("The group needs a letter or a digit.")),
        })
        {
            if (!string.IsNullOrWhiteSpace(value) && !Writing.CanBeWritten(value))
            {
                yield return new(unwritable, [name]);
            }
            else if (!string.IsNullOrWhiteSpace(value) && !Writing.IsSeen(value))
            {
                yield return new(unseen, [name]);
            }
        }
    }

    internal static string WordsFor(SaveOutcome outcome) => outcome == SaveOutcome.NumberTaken
        ? T("Somebody else has this number already.")
        : T("This number mixes letters that look alike, or looks like somebody else’s. Type it again, or tick the box to keep it.");

    internal void WriteTo(Person person, DateTime now) =>
        person.Describe(Writing.Tidy(FullName!), Number!.Trim(), string.IsNullOrWhiteSpace(Group) ? null : Writing.Tidy(Group), now);

    [GeneratedRegex(@"^[\p{L}\p{Nd}][\p{L}\p{Nd}._/-]{0,31}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberShape();
}
