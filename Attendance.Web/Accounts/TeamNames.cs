using System.Text.RegularExpressions;
using Attendance.Web.Data;

namespace Attendance.Web.Accounts;

internal static partial class TeamNames
{
    /// <summary>The largest number of teams of one account.</summary>
    public const int Most = 20;

    public static bool IsValid(string? text) => text is { Length: <= AccountTeam.NameLength } && Format().IsMatch(text);

    /// <summary>Reads names that a person has typed, separated by commas or spaces.</summary>
    public static IReadOnlyList<string> Split(string? text) =>
        [.. (text ?? "").ToLowerInvariant().Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Writes a name of elsewhere with the letters that a team's name may have. It may still be none.</summary>
    public static string From(string text) => Other().Replace(text.ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex("[^a-z0-9_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Other();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]*\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Format();
}
