using System.ComponentModel.DataAnnotations;
using Attendance.ServiceDefaults.Webhooks;
using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Webhooks;

/// <summary>A receiver as an administrator describes it. Public, because model binding only supports public types.</summary>
public sealed class WebhookForm : IValidatableObject
{
    [Required(ErrorMessage = "Enter a name.")]
    [StringLength(WebhookTarget.NameLength, ErrorMessage = "The name may have at most {1} characters.")]
    [Display(Name = "Name")]
    public string? Name { get; set; }

    [Required(ErrorMessage = "Enter the address.")]
    [StringLength(WebhookTarget.AddressLength, ErrorMessage = "The address may have at most {1} characters.")]
    [Display(Name = "Address")]
    public string? Address { get; set; }

    public IList<string> Events { get; } = [];

    internal IReadOnlyList<string> Chosen => [.. WebhookEvents.All.Where(Events.Contains)];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var error in FormTexts.ErrorsOf((nameof(Name), Name), (nameof(Address), Address)))
        {
            yield return error;
        }

        if (Address is { Length: > 0 } address && WebhookAddress.FindFault(address.Trim()) is { } fault)
        {
            yield return new(
                fault == WebhookAddressFault.NoAddress ? T("The address must be an absolute http or https address.")
                    : T("The address must be https unless it is on this machine: nothing is sent in the clear."),
                [nameof(Address)]);
        }
        else if (Uri.TryCreate(Address?.Trim(), UriKind.Absolute, out var known) && (known.UserInfo.Length > 0 || known.Authority.Length > WebhookTarget.HostLength - 20))
        {
            yield return new(T("The address must have no user name or password, and a shorter host name."), [nameof(Address)]);
        }

        if (Chosen.Count == 0)
        {
            yield return new(T("Choose at least one event."), [nameof(Events)]);
        }
    }
}
