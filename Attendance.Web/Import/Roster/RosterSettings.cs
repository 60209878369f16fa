using System.Text.Json;

namespace Attendance.Web.Import.Roster;

/// <summary>Whether people who are missing from the file leave groups. Public, because model binding only supports public types.</summary>
public enum WholeRoster
{
    No,

    /// <summary>The file has everybody of the groups that it names.</summary>
    NamedGroups,

    /// <summary>The file has everybody of one group, whose people are all in it.</summary>
    OneGroup,
}

/// <summary>What the operator has said about a file of people.</summary>
internal sealed record RosterSettings
{
    public TextCoding Coding { get; init; }

    public char Delimiter { get; init; } = ',';

    public IReadOnlyList<RosterColumn> Columns { get; init; } = [];

    public WholeRoster Whole { get; init; }

    /// <summary>The group that everybody of the file is in, with <see cref="WholeRoster.OneGroup"/>.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>Whether numbers that may mislead are kept.</summary>
    public bool KeepNumbers { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this);

    public static RosterSettings FromJson(string? json) => json is null ? new() : JsonSerializer.Deserialize<RosterSettings>(json)!;
}
