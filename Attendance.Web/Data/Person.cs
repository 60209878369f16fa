
namespace Attendance.Web.Data;

/// <summary>A person who is enrolled or is going to be.</summary>
internal sealed class Person
{
    public const int NameLength = 200, NumberLength = 32, GroupLength = 100;

    /// <summary>The current version of the keys. Increase it when <see cref="Writing"/> makes other keys, so that all keys are recomputed.</summary>
    public const int CurrentFold = 1;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public string FullName { get; private set; } = "";

    /// <summary>The employee or student number, as it was typed.</summary>
    public string Number { get; private set; } = "";

    /// <summary>
    /// The unique form of the number, from <see cref="Writing.Key"/>: <c>a17</c> and <c>A17</c> are the same number.
    /// </summary>
    public string NumberKey { get; private set; } = "";

    public string? Group { get; private set; }

    /// <summary>The text that searches look in and lists are sorted by. It is stored because each database folds letters in its own way.</summary>
    public string SortKey { get; private set; } = "";

    /// <summary>The version of <see cref="Writing"/> that made the keys.</summary>
    public int FoldVersion { get; private set; }

    /// <summary>The consent. If it is null, no picture of this person may be taken or kept.</summary>
    public Consent? Consent { get; set; }

    /// <summary>The day on which the person comes of age. Before it, a guardian consents for them. Null for somebody who consents themselves.</summary>
    public DateOnly? GuardianUntil { get; private set; }

    /// <summary>When that day was first noted. A consent of the person's own is not enough from then on.</summary>
    public DateTime? GuardianSince { get; private set; }

    /// <summary>When the person withdrew the consent, or null if they never did, or have agreed again.</summary>
    public DateTime? ConsentWithdrawnAt { get; private set; }

    public DateTime CreatedAt { get; init; }

    public DateTime ChangedAt { get; private set; }

    /// <summary>When the person last checked in, or null if they never did.</summary>
    public DateTime? LastSeenAt { get; private set; }

    /// <summary>A concurrency token that changes with each edit, so that two people who edit at the same time do not overwrite each other.</summary>
    public Guid Stamp { get; private set; }

    public List<Shot> Shots { get; } = [];

    public void Describe(string fullName, string number, string? group, DateTime now)
    {
        (FullName, Number, Group) = (fullName, number, group);
        Refold(Writing.Key(number));
        Touch(now);
    }

    /// <param name="until">The day on which the person comes of age, or null if they need no guardian's consent.</param>
    /// <param name="now">The time in UTC.</param>
    public void NeedGuardian(DateOnly? until, DateTime now)
    {
        GuardianSince = until is null ? null : NeedsGuardian(now) ? GuardianSince : now;
        GuardianUntil = until;
        Touch(now);
    }

    /// <summary>Returns whether a guardian must consent for the person at this time.</summary>
    public bool NeedsGuardian(DateTime now) => GuardianUntil > DateOnly.FromDateTime(now);

    public void Agree(Consent consent) => (Consent, ConsentWithdrawnAt) = (consent, null);

    public void WithdrawConsent(DateTime now) => (Consent, ConsentWithdrawnAt) = (null, Consent is null ? ConsentWithdrawnAt : now);

    public void Touch(DateTime now) => (ChangedAt, Stamp) = (now, Guid.NewGuid());

    public void Refold(string numberKey) =>
        (NumberKey, SortKey, FoldVersion) = (numberKey, Writing.Fold($"{FullName} {Number} {Group}"), CurrentFold);
}

/// <summary>Who agreed.</summary>
internal enum ConsentGiver
{
    Person,

    /// <summary>Somebody who may decide for a minor.</summary>
    Guardian,
}

/// <summary>Records when a person agreed, to which version of the text, and which account recorded it.</summary>
internal sealed record Consent(DateTime At, string Version, string RecordedBy)
{
    public const int GiverLength = 16, GuardianNameLength = 200, EvidenceLength = 500;

    /// <summary>Who agreed. Null in consents that were recorded before guardians could be: then it was the person.</summary>
    public ConsentGiver? Giver { get; init; }

    /// <summary>The guardian's name, encrypted for this person only, or null if it was not noted.</summary>
    public byte[]? GuardianName { get; init; }

    /// <summary>What shows that the person agreed, if they did not do so at the page: where the signed form is, for example.</summary>
    public string? Evidence { get; init; }
}

/// <summary>A text that people have agreed to. It is never changed, because it is the text that they agreed to.</summary>
internal sealed class ConsentText
{
    public const int VersionLength = 32;

    public required string Version { get; init; }

    public required string Text { get; init; }

    /// <summary>From when on those who agreed to an earlier version are asked again, or null if they are not.</summary>
    public DateTime? RenewalSince { get; init; }
}
