using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.ReadApi;

/// <summary>A token as an administrator describes it. Public, because model binding only supports public types.</summary>
public sealed class TokenForm : IValidatableObject
{
    /// <summary>The choices of the page, in days. Zero: until it is revoked.</summary>
    internal static IReadOnlyList<(string Value, string Word)> Expiries => [("30", T("{0} days", 30)), ("90", T("{0} days", 90)), ("365", T("1 year")), ("0", T("Never"))];

    [Required(ErrorMessage = "Enter a name.")]
    [StringLength(ApiToken.NameLength, ErrorMessage = "The name may have at most {1} characters.")]
    [Display(Name = "Name")]
    public string? Name { get; set; }

    public IList<string> Scopes { get; } = [];

    public string? Expiry { get; set; } = "90";

    internal IReadOnlyList<string> Chosen => [.. ApiScopes.All.Where(Scopes.Contains)];

    internal TimeSpan? Lasts => Expiry switch { "30" => TimeSpan.FromDays(30), "90" => TimeSpan.FromDays(90), "365" => TimeSpan.FromDays(365), _ => null };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var error in FormTexts.ErrorsOf((nameof(Name), Name)))
        {
            yield return error;
        }

        if (Chosen.Count == 0)
        {
            yield return new(T("Choose at least one."), [nameof(Scopes)]);
        }

        if (!Expiries.Any(choice => choice.Value == Expiry))
        {
            yield return new(T("Choose when it expires."), [nameof(Expiry)]);
        }
    }
}
