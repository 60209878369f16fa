using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Notifications.Contacts;

/// <summary>The fields of a contact. Public, because model binding only supports public types.</summary>
public sealed class ContactForm : IValidatableObject
{
    /// <summary>The contact that is changed, or null for another one.</summary>
    public Guid? Id { get; set; }

    [Required(ErrorMessage = "Enter the name.")]
    [StringLength(Contact.NameLength, ErrorMessage = "The name may have at most {1} characters.")]
    [Display(Name = "Name")]
    public string? Name { get; set; }

    [Required(ErrorMessage = "Enter the e-mail address.")]
    [Display(Name = "E-mail")]
    public string? Email { get; set; }

    [Display(Name = "Relation")]
    public string Relation { get; set; } = nameof(ContactRelation.Guardian);

    [Display(Name = "Language")]
    public string Language { get; set; } = MailLanguages.English;

    public bool GetsMails { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var error in FormTexts.ErrorsOf((nameof(Name), Name)))
        {
            yield return error;
        }

        if (!string.IsNullOrWhiteSpace(Email) && !MailAddresses.TryRead(Email, out _))
        {
            yield return new(T("This must be an e-mail address such as office@example.org, without a name."), [nameof(Email)]);
        }

        if (!Enum.TryParse<ContactRelation>(Relation, out var relation) || !Enum.IsDefined(relation))
        {
            yield return new(T("Choose guardian or manager."), [nameof(Relation)]);
        }

        if (!MailLanguages.All.Contains(Language, StringComparer.Ordinal))
        {
            yield return new(T("Choose a language from the list."), [nameof(Language)]);
        }
    }

    internal void WriteTo(Contact contact)
    {
        (contact.Name, contact.Relation, contact.Language, contact.GetsMails) = (Writing.Tidy(Name!), Enum.Parse<ContactRelation>(Relation), Language, GetsMails);
        if (MailAddresses.TryRead(Email, out var address) && contact.Email != address)
        {
            contact.MoveTo(address);
        }
    }
}
