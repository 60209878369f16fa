using Attendance.Web.Data;

namespace Attendance.Web.Rights;

/// <summary>Who has which right on the cameras that a pattern names. A right whose grant is null is not named by the rule.</summary>
/// <param name="IsConfigured">Whether the rule is from the configuration, and not from the page.</param>
internal sealed record RightsRule(CameraPattern Camera, Grant? Watch, Grant? Borrow, Grant? Publish, bool IsConfigured = false)
{
    public Grant? Of(CameraRight right) => right switch
    {
        CameraRight.Watch => Watch,
        CameraRight.Borrow => Borrow,
        _ => Publish,
    };

    public static RightsRule From(CameraRule row) => CameraPattern.TryParse(row.Camera, out var camera)
        ? new(camera, Read(row.Watch), Read(row.Borrow), Read(row.Publish))
        : throw new InvalidOperationException($"Rule {row.Id} has no pattern of cameras.");

    /// <summary>Reads a grant. One that a later version wrote, and that cannot be understood, gives the right to administrators only.</summary>
    private static Grant? Read(string? stored) => Grant.TryRead(stored, out var grant) ? grant : Grant.Of(["admin"]);

    public override string ToString() => $"{Camera}: " + string.Join("; ", CameraRights.All.Where(right => Of(right) is not null).Select(right => $"{right.Word()} {Of(right)}"));
}
