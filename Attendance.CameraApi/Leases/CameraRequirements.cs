using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>The requirements of a session that names no camera. A camera must meet all that are set.</summary>
/// <param name="MinWidth">The least width, in pixels.</param>
/// <param name="MinHeight">The least height, in pixels.</param>
/// <param name="MinFrameRate">The least frame rate, in frames per second.</param>
/// <param name="Node">The name of the camera's node.</param>
/// <param name="Tag">A tag that the camera must have.</param>
/// <param name="Facing">The direction in which the camera looks.</param>
/// <param name="TestPattern"><see langword="false"/> excludes test patterns, because a person in front of the camera does not appear in them.</param>
/// <param name="Cameras">Which cameras there are for the session, as a <see cref="CameraSelection"/>; null for all.</param>
internal sealed record CameraRequirements(
    int? MinWidth = null,
    int? MinHeight = null,
    double? MinFrameRate = null,
    string? Node = null,
    string? Tag = null,
    string? Facing = null,
    bool? TestPattern = null,
    IReadOnlyList<string>? Cameras = null)
{
    private const int MaxSide = 16384;
    private const double MaxFrameRate = 1000;
    private const int MaxTagLength = 100;

    /// <summary>The share of the requested frame rate that a measurement must reach, because no camera delivers every frame on time.</summary>
    private const double Punctuality = 0.95;

    /// <param name="prefix">The prefix of the field names in the request.</param>
    /// <param name="errors">Receives the errors, by field name.</param>
    public void Check(string prefix, IDictionary<string, string[]> errors)
    {
        if (MinWidth is < 1 or > MaxSide)
        {
            errors[prefix + "min_width"] = [$"must be 1 to {MaxSide} pixels."];
        }

        if (MinHeight is < 1 or > MaxSide)
        {
            errors[prefix + "min_height"] = [$"must be 1 to {MaxSide} pixels."];
        }

        if (MinFrameRate is { } rate && !(rate is > 0 and <= MaxFrameRate))
        {
            errors[prefix + "min_frame_rate"] = [$"must be above 0 and at most {MaxFrameRate} frames a second."];
        }

        if (Node is not null && !IdFormats.IsName(Node))
        {
            errors[prefix + "node"] = [IdFormats.NameRule];
        }

        if (Tag is not null && (Tag.Length is 0 or > MaxTagLength || Tag.Any(char.IsControl)))
        {
            errors[prefix + "tag"] = [$"must be 1 to {MaxTagLength} characters on one line."];
        }

        if (Facing is not null && !CameraFacing.IsKnown(Facing))
        {
            errors[prefix + "facing"] = [CameraFacing.Words];
        }

        if (Cameras is not null && !CameraSelection.IsValid(Cameras))
        {
            errors[prefix + "cameras"] = [CameraSelection.Rule];
        }
    }

    /// <param name="measured">What the camera was measured to deliver. If this is null, its configured values or the formats that it offers
    /// decide.</param>
    public bool AreMetBy(Camera camera, QualityMeasurement? measured, string node) =>
        (Node is null || Node == node)
        && (Tag is null || camera.Tags.Contains(Tag))
        && (Facing is null || camera.Facing == Facing)
        && (Cameras is null || CameraSelection.Includes(Cameras, camera.Id))
        && (TestPattern is not false || camera.Source.Kind is not CameraKind.TestPattern)
        && (measured is not null
            ? AreMetBy(measured.Width, measured.Height, measured.FrameRate / Punctuality)
            : AreMetBy(camera.Width, camera.Height, camera.FrameRate)
                || camera.Formats.SelectMany(format => format.Sizes).Any(size =>
                    AreMetBy(size.Width, size.Height, size.FrameRates.Count > 0 ? size.FrameRates[0] : null)));

    private bool AreMetBy(int? width, int? height, double? frameRate) =>
        Reaches(width, MinWidth) && Reaches(height, MinHeight) && Reaches(frameRate, MinFrameRate);

    /// <summary>Whether the offered value reaches the wanted one. A value that is not known does not.</summary>
    private static bool Reaches<T>(T? offered, T? wanted) where T : struct, IComparable<T> =>
        wanted is not { } least || (offered is { } has && has.CompareTo(least) >= 0);
}
