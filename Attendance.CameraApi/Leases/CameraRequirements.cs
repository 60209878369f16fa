using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>What a session that does not care which camera it gets, does care about. All that is named must be met.</summary>
/// <param name="MinWidth">In pixels.</param>
/// <param name="MinHeight">In pixels.</param>
/// <param name="MinFrameRate">In frames a second.</param>
/// <param name="Node">Its node's name.</param>
/// <param name="Tag">That it has.</param>
/// <param name="Facing">Where it looks.</param>
/// <param name="TestPattern"><see langword="false"/> leaves out what shows no place: who stands before a test pattern is not seen.</param>
internal sealed record CameraRequirements(
    int? MinWidth = null, int? MinHeight = null, double? MinFrameRate = null, string? Node = null, string? Tag = null, string? Facing = null, bool? TestPattern = null)
{
    private const int MaxSide = 16384;
    private const double MaxFrameRate = 1000;
    private const int MaxTagLength = 100;

    /// <summary>Of the frame rate that is asked for, what must be measured: no camera keeps time to the last frame.</summary>
    private const double Punctuality = 0.95;

    /// <param name="prefix">What stands before the names of the fields where they were written.</param>
    /// <param name="errors">Is given what is wrong, by field.</param>
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

        if (Node is not null && !Identifiers.IsName(Node))
        {
            errors[prefix + "node"] = ["must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit."];
        }

        if (Tag is not null && (Tag.Length is 0 or > MaxTagLength || Tag.Any(char.IsControl)))
        {
            errors[prefix + "tag"] = [$"must be 1 to {MaxTagLength} characters on one line."];
        }

        if (Facing is not null && !CameraFacing.IsKnown(Facing))
        {
            errors[prefix + "facing"] = [CameraFacing.Words];
        }
    }

    /// <param name="measured">What it delivers decides, where that is known; else what it is configured to, or offers.</param>
    public bool AreMetBy(Camera camera, QualityMeasurement? measured, string node) =>
        (Node is null || Node == node)
        && (Tag is null || camera.Tags.Contains(Tag))
        && (Facing is null || camera.Facing == Facing)
        && (TestPattern is not false || camera.Source.Kind is not CameraKind.TestPattern)
        && (measured is not null
            ? AreMetBy(measured.Width, measured.Height, measured.FrameRate / Punctuality)
            : AreMetBy(camera.Width, camera.Height, camera.FrameRate)
                || camera.Formats.SelectMany(format => format.Sizes).Any(size =>
                    AreMetBy(size.Width, size.Height, size.FrameRates.Count > 0 ? size.FrameRates[0] : null)));

    private bool AreMetBy(int? width, int? height, double? frameRate) =>
        Reaches(width, MinWidth) && Reaches(height, MinHeight) && Reaches(frameRate, MinFrameRate);

    /// <summary>What is not known of a camera does not speak for it.</summary>
    private static bool Reaches<T>(T? offered, T? wanted) where T : struct, IComparable<T> =>
        wanted is not { } least || (offered is { } has && has.CompareTo(least) >= 0);
}
