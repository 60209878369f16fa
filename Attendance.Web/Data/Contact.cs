namespace Attendance.Web.Data;

internal enum ContactRelation
{
    Guardian,
    Manager,
}

/// <summary>
/// Somebody who is told by mail about a person: a guardian or a manager. Until they have confirmed the address, nothing but the mail that asks
/// for this is sent to it. A contact is deleted with the person.
/// </summary>
internal sealed class Contact
{
    public const int NameLength = 100, EmailLength = 254, LanguageLength = 8;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid PersonId { get; init; }

    public required string Name { get; set; }

    public string Email { get; private set; } = "";

    /// <summary>The form of the address that is compared.</summary>
    public string EmailKey { get; private set; } = "";

    public ContactRelation Relation { get; set; }

    /// <summary>The language of the mails, such as <c>en</c>.</summary>
    public required string Language { get; set; }

    /// <summary>Whether an operator wants them to get mails.</summary>
    public bool GetsMails { get; set; }

    public DateTime CreatedAt { get; init; }

    /// <summary>Changes with the address. Links that were sent to another address are worth nothing.</summary>
    public Guid AddressStamp { get; private set; }

    /// <summary>When the contact was asked to confirm the address, or null if not yet.</summary>
    public DateTime? AskedAt { get; set; }

    public DateTime? ConfirmedAt { get; set; }

    /// <summary>When the contact refused further mails, or null.</summary>
    public DateTime? UnsubscribedAt { get; set; }

    /// <summary>When a mail server refused the address for good, or null.</summary>
    public DateTime? UndeliverableAt { get; set; }

    public bool IsTold => GetsMails && ConfirmedAt is not null && UnsubscribedAt is null && UndeliverableAt is null;

    /// <summary>Gives the contact another address, which they have to confirm.</summary>
    public void MoveTo(string email) => (Email, EmailKey, AddressStamp, AskedAt, ConfirmedAt, UnsubscribedAt, UndeliverableAt) =
        (email, KeyOf(email), Guid.NewGuid(), null, null, null, null);

    public static string KeyOf(string email) => email.ToLowerInvariant();
}
