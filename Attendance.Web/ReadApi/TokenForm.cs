using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;

namespace Attendance.Web.ReadApi;

/// <summary>A token as an administrator describes it. Public, because model binding only supports public types.</summary>
public sealed class TokenForm : IValidatableObject
{
    /// <summary>The choices of the page, in days. Zero: until it is revoked.</summary>
    internal static readonly IReadOnlyList<(string Value, string Word)> Expiries = [("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("0", "Never")];

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
            yield return new("Choose at least one.", [nameof(Scopes)]);
        }

        if (!Expiries.Any(choice => choice.Value == Expiry))
        {
            yield return new("Choose when it expires.", [nameof(Expiry)]);
        }
    }
}
