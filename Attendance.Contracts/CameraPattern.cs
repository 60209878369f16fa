using System.Diagnostics.CodeAnalysis;

namespace Attendance.Contracts;

/// <summary>Names one camera by its id, or all whose ids begin alike: <c>door-1</c>, <c>door-*</c>, <c>*</c>.</summary>
public sealed record CameraPattern
{
    public const string Rule = "must be the id of a camera, or the beginning of ids with '*' at the end.";

    private readonly string _begins;

    private CameraPattern(string text, bool isExact)
    {
        (Text, IsExact) = (text, isExact);
        _begins = isExact ? text : text[..^1];
    }

    public string Text { get; }

    /// <summary>Whether it names one camera.</summary>
    public bool IsExact { get; }

    /// <summary>Orders patterns that match the same camera: the larger one is more specific.</summary>
    public int Specificity => IsExact ? int.MaxValue : _begins.Length;

    public static bool TryParse(string? text, [NotNullWhen(true)] out CameraPattern? pattern)
    {
        var isExact = text?.EndsWith('*') != true;
        pattern = text is "*" || (text != IdFormats.AutoCamera && IdFormats.IsName(isExact ? text : text![..^1])) ? new(text!, isExact) : null;
        return pattern is not null;
    }

    public bool Matches(string cameraId) => IsExact ? cameraId == Text : cameraId.StartsWith(_begins, StringComparison.Ordinal);

    /// <summary>Returns whether there can be a camera that both patterns match.</summary>
    public bool Overlaps(CameraPattern other) => other.IsExact ? Matches(other.Text) : IsExact ? other.Matches(Text)
        : other._begins.StartsWith(_begins, StringComparison.Ordinal) || _begins.StartsWith(other._begins, StringComparison.Ordinal);

    public override string ToString() => Text;
}
