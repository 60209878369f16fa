namespace Attendance.Contracts;

/// <summary>
/// Selects cameras by patterns in order: the first that matches a camera decides about it. A pattern after <c>!</c> leaves its cameras out.
/// A camera that none matches is left out too.
/// </summary>
public static class CameraSelection
{
    public const char Not = '!';

    /// <summary>The largest number of patterns. Nodes ask each other with all of them in one address.</summary>
    public const int Most = 64;

    public static readonly string Rule = $"must be 1 to {Most} ids of cameras or beginnings of ids with '*' at the end, each with '{Not}' before it to leave its cameras out.";

    public static bool IsValid(IReadOnlyList<string?> patterns) =>
        patterns.Count is >= 1 and <= Most && patterns.All(pattern => pattern is not null && CameraPattern.TryParse(pattern.TrimStart(Not), out _) && pattern.LastIndexOf(Not) <= 0);

    /// <param name="patterns">Patterns that are <see cref="IsValid">valid</see>.</param>
    public static bool Includes(IReadOnlyList<string> patterns, string cameraId) => patterns.FirstOrDefault(
        text => CameraPattern.TryParse(text.TrimStart(Not), out var pattern) && pattern.Matches(cameraId)) is { } first && first[0] != Not;
}
