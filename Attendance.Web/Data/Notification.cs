namespace Attendance.Web.Data;

internal enum NotificationState
{
    /// <summary>Not due yet.</summary>
    Pending,

    /// <summary>Part of a mail that waits.</summary>
    Mailed,
    Sent,

    /// <summary>What it says is not so any more, or the contact gets no mails any more. Nothing was sent.</summary>
    Withdrawn,

    /// <summary>Too old to be sent.</summary>
    Expired,

    /// <summary>The mail server refused the mail for good.</summary>
    Refused,
}

/// <summary>
/// One thing that one recipient is told about one person. What it says is derived when it is sent. There is at most one for each rule, person,
/// subject and recipient, and one that corrects it.
/// </summary>
internal sealed class Notification
{
    public const int SubjectLength = 40, RecipientLength = Contact.EmailLength;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid RuleId { get; init; }

    public Guid PersonId { get; init; }

    /// <summary>The session that it is about, or the last one of those that were counted.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The session or the month that this is told once for.</summary>
    public required string Subject { get; init; }

    /// <summary>The contact's id, or the fixed address.</summary>
    public required string Recipient { get; init; }

    /// <summary>Whether it takes back what was told before.</summary>
    public bool IsCorrection { get; init; }

    /// <summary>The contact, or null for a fixed address.</summary>
    public Guid? ContactId { get; init; }

    /// <summary>The moment at which the rule looked.</summary>
    public DateTime At { get; set; }

    public DateTime DueAt { get; set; }

    public NotificationState State { get; set; }

    /// <summary>The mail that it is part of, or null if there is none yet.</summary>
    public Guid? MailId { get; set; }

    /// <summary>When it was sent, withdrawn, dropped or refused.</summary>
    public DateTime? EndedAt { get; set; }
}

/// <summary>How far sessions have been looked at. There is one row, and of several processes one looks at a time.</summary>
internal sealed class NotificationLook
{
    public const int Only = 1;

    public int Id { get; init; } = Only;

    public DateTime Until { get; set; }

    public DateTime ClaimedUntil { get; set; }
}
