using Attendance.Web.Enrollment;

namespace Attendance.Web.People;

/// <summary>Somebody who is, or is to be, enrolled.</summary>
internal sealed class Person
{
    public const int NameLength = 200, NumberLength = 32, GroupLength = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public string FullName { get; private set; } = "";

    /// <summary>The employee or student number, as it was written.</summary>
    public string Number { get; private set; } = "";

    /// <summary>What makes the number unique: nobody tells <c>a17</c> from <c>A17</c>.</summary>
    public string NumberKey { get; private set; } = "";

    public string? Group { get; private set; }

    /// <summary>What a search looks into, and what lists are ordered by: databases fold letters each in their own way.</summary>
    public string SortKey { get; private set; } = "";

    /// <summary>Null: no picture of this person may be taken or kept.</summary>
    public Consent? Consent { get; set; }

    public DateTime CreatedAt { get; init; }

    public DateTime ChangedAt { get; private set; }

    /// <summary>Another with each change, so that two who edit at once do not overwrite each other.</summary>
    public Guid Stamp { get; private set; }

    public List<Shot> Shots { get; } = [];

    public void Describe(string fullName, string number, string? group, DateTime now)
    {
        (FullName, Number, NumberKey, Group) = (fullName, number, KeyOf(number), group);
        SortKey = Fold($"{fullName} {number} {group}");
        Touch(now);
    }

    public void Touch(DateTime now) => (ChangedAt, Stamp) = (now, Guid.NewGuid());

    public static string KeyOf(string number) => number.ToUpperInvariant();

    public static string Fold(string text) => text.ToLowerInvariant();
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
