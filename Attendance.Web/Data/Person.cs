
namespace Attendance.Web.Data;

/// <summary>Somebody who is, or is to be, enrolled.</summary>
internal sealed class Person
{
    public const int NameLength = 200, NumberLength = 32, GroupLength = 100;

    /// <summary>Another one where <see cref="Writing"/> makes other keys: then all are made anew.</summary>
    public const int CurrentFold = 1;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public string FullName { get; private set; } = "";

    /// <summary>The employee or student number, as it was written.</summary>
    public string Number { get; private set; } = "";

    /// <summary>What makes the number unique, as <see cref="Writing.Key"/> has it: nobody tells <c>a17</c> from <c>A17</c>.</summary>
    public string NumberKey { get; private set; } = "";

    public string? Group { get; private set; }

    /// <summary>What a search looks into, and what lists are ordered by: databases fold letters each in their own way.</summary>
    public string SortKey { get; private set; } = "";

    /// <summary>By which version of <see cref="Writing"/> the keys were made.</summary>
    public int FoldVersion { get; private set; }

    /// <summary>Null: no picture of this person may be taken or kept.</summary>
    public Consent? Consent { get; set; }

    public DateTime CreatedAt { get; init; }

    public DateTime ChangedAt { get; private set; }

    /// <summary>Another with each change, so that two who edit at once do not overwrite each other.</summary>
    public Guid Stamp { get; private set; }

    public List<Shot> Shots { get; } = [];

    public void Describe(string fullName, string number, string? group, DateTime now)
    {
        (FullName, Number, Group) = (fullName, number, group);
        Refold(Writing.Key(number));
        Touch(now);
    }

    public void Touch(DateTime now) => (ChangedAt, Stamp) = (now, Guid.NewGuid());

    public void Refold(string numberKey) =>
        (NumberKey, SortKey, FoldVersion) = (numberKey, Writing.Fold($"{FullName} {Number} {Group}"), CurrentFold);
}

/// <summary>That a person has agreed, when, to which text, and which account has recorded it.</summary>
internal sealed record Consent(DateTime At, string Version, string RecordedBy);

/// <summary>A text that people have agreed to. It stays as it was, for it is what they agreed to.</summary>
internal sealed class ConsentText
{
    public const int VersionLength = 32;

    public required string Version { get; init; }

    public required string Text { get; init; }
}
