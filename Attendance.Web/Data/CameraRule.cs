namespace Attendance.Web.Data;

/// <summary>Who may do what with the cameras that a pattern names, as an administrator wrote it on the page. There is one for each pattern.</summary>
internal sealed class CameraRule
{
    public const int CameraLength = 65, GrantLength = 500;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Camera { get; init; }

    /// <summary>Who has the right, such as <c>operator, team:reception</c>. Null if the rule does not name the right.</summary>
    public string? Watch { get; set; }

    /// <inheritdoc cref="Watch"/>
    public string? Borrow { get; set; }

    /// <inheritdoc cref="Watch"/>
    public string? Publish { get; set; }
}
