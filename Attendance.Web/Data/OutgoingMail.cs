namespace Attendance.Web.Data;

internal enum MailKind
{
    Notification,

    /// <summary>Asks a contact to confirm the address.</summary>
    Confirmation,
    Test,
}

internal enum MailState
{
    Waiting,
    Sent,

    /// <summary>The mail server refused it for good.</summary>
    Refused,

    /// <summary>It could not be sent in time.</summary>
    Expired,

    /// <summary>There was nothing left to say.</summary>
    Withdrawn,
}

/// <summary>Why a mail could not be sent.</summary>
internal enum MailTrouble
{
    /// <summary>The server does not answer, or broke off.</summary>
    Unreachable,

    /// <summary>The server offers no encryption, so nothing was sent to it.</summary>
    NoEncryption,

    /// <summary>The certificate of the server is not trusted.</summary>
    Certificate,

    /// <summary>The server refused user name and password.</summary>
    SignIn,

    /// <summary>The server refused the sender.</summary>
    Sender,

    /// <summary>The server wants the mail later.</summary>
    Postponed,

    /// <summary>The server refused the address for good.</summary>
    Address,

    /// <summary>The server refused the mail for good.</summary>
    Message,
}

/// <summary>
/// A mail to be sent, and later what became of it. It has no text: that is made when it is sent, and not kept. Its Message-ID is made of its id,
/// so that a mail that is sent again is recognized.
/// </summary>
internal sealed class OutgoingMail
{
    public const int AboutLength = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public MailKind Kind { get; init; }

    /// <summary>The contact whom it is sent to, or null. It is deleted with the contact.</summary>
    public Guid? ContactId { get; init; }

    /// <summary>The address if it is no contact's.</summary>
    public string? Address { get; init; }

    /// <summary>What is told, by kind: <c>absent</c>, <c>late_times</c>.</summary>
    public string? About { get; init; }

    public MailState State { get; set; }

    /// <summary>Why the last attempt failed, or null.</summary>
    public MailTrouble? Trouble { get; set; }

    public int Attempts { get; set; }

    public DateTime CreatedAt { get; init; }

    /// <summary>When to try next.</summary>
    public DateTime NextAt { get; set; }

    /// <summary>After this it is worth nothing.</summary>
    public DateTime ExpiresAt { get; init; }

    public DateTime? EndedAt { get; set; }

    /// <summary>Until when one process has it to itself. A process that ends meanwhile leaves it to the others.</summary>
    public DateTime? ClaimedUntil { get; set; }

    public Guid? ClaimId { get; set; }
}
