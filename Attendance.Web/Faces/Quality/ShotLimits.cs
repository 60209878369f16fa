using System.ComponentModel.DataAnnotations;
using Attendance.Web.Faces.Finding;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Faces.Quality;

/// <summary>The limits that make a shot good. The pages use these, and the server uses their <see cref="Relaxed"/> form.</summary>
internal sealed record ShotLimits
{
    public const string Section = "Enrollment:Shots";

    /// <summary>The minimum width of the picture, in pixels.</summary>
    [Range(64, JpegStructure.MaxSide)]
    public int MinWidth { get; set; } = 480;

    /// <summary>The minimum height of the picture, in pixels.</summary>
    [Range(64, JpegStructure.MaxSide)]
    public int MinHeight { get; set; } = 360;

    /// <summary>The minimum size of the face, measured as <see cref="FaceFigures.Size"/>.</summary>
    [Range(0.02, 1.0)]
    public double MinSize { get; set; } = 0.12;

    /// <summary>The maximum size of the face, measured as <see cref="FaceFigures.Size"/>.</summary>
    [Range(0.02, 1.0)]
    public double MaxSize { get; set; } = 0.40;

    /// <summary>How far the face may be from the picture's center, as a fraction of its width and of its height.</summary>
    [Range(0.01, 0.5)]
    public double MaxOffset { get; set; } = 0.20;

    /// <summary>The minimum mean luma of the face.</summary>
    [Range(0.0, 255.0)]
    public double MinBrightness { get; set; } = 60;

    /// <summary>The maximum mean luma of the face.</summary>
    [Range(0.0, 255.0)]
    public double MaxBrightness { get; set; } = 205;

    /// <summary>The minimum variance of the Laplacian of the face.</summary>
    [Range(0.0, 10_000.0)]
    public double MinSharpness { get; set; } = 60;

    /// <summary>How far the head may be turned in the front, up and down shots.</summary>
    [Range(0.01, 1.0)]
    public double MaxFrontYaw { get; set; } = 0.14;

    /// <summary>How far the head must be turned in the left and right shots.</summary>
    [Range(0.01, 3.0)]
    public double MinTurn { get; set; } = 0.18;

    /// <summary>How far the head may be turned in the left and right shots.</summary>
    [Range(0.01, 3.0)]
    public double MaxTurn { get; set; } = 0.80;

    /// <summary>How much the pitch of the up and down shots must differ from that of the person's front shot.</summary>
    [Range(0.01, 1.0)]
    public double MinNod { get; set; } = 0.06;

    [Range(0.01, 1.0)]
    public double MinFrontPitch { get; set; } = 0.30;

    [Range(0.01, 1.0)]
    public double MaxFrontPitch { get; set; } = 0.56;

    /// <summary>
    /// Returns the limits that the server applies. Its detector places the points of a face slightly differently than the page's, and
    /// nobody should be refused a shot that the page has called good. For that reason front and turned overlap. Left, right, up and down
    /// still exclude each other.
    /// </summary>
    public ShotLimits Relaxed() => this with
    {
        MinSize = MinSize * 0.85,
        MaxSize = MaxSize * 1.15,
        MaxOffset = MaxOffset + 0.04,
        MinBrightness = MinBrightness * 0.9,
        MaxBrightness = MaxBrightness + (255 - MaxBrightness) * 0.1,
        MinSharpness = MinSharpness * 0.6,
        MaxFrontYaw = MaxFrontYaw + 0.08,
        MinTurn = MinTurn * 0.6,
        MaxTurn = MaxTurn * 1.3,
        MinNod = MinNod * 0.6,
        MinFrontPitch = MinFrontPitch - 0.04,
        MaxFrontPitch = MaxFrontPitch + 0.04,
    };
}

internal sealed class ShotLimitsValidator : IValidateOptions<ShotLimits>
{
    public ValidateOptionsResult Validate(string? name, ShotLimits options)
    {
        var failures = AnnotatedOptions.Failures(options, ShotLimits.Section);
        RequireOrder(nameof(ShotLimits.MinSize), options.MinSize, nameof(ShotLimits.MaxSize), options.MaxSize);
        RequireOrder(nameof(ShotLimits.MinBrightness), options.MinBrightness, nameof(ShotLimits.MaxBrightness), options.MaxBrightness);
        RequireOrder(nameof(ShotLimits.MinTurn), options.MinTurn, nameof(ShotLimits.MaxTurn), options.MaxTurn);
        RequireOrder(nameof(ShotLimits.MaxFrontYaw), options.MaxFrontYaw, nameof(ShotLimits.MaxTurn), options.MaxTurn);
        RequireOrder(nameof(ShotLimits.MinFrontPitch), options.MinFrontPitch, nameof(ShotLimits.MaxFrontPitch), options.MaxFrontPitch);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void RequireOrder(string lowName, double low, string highName, double high)
        {
            if (low >= high)
            {
                failures.Add($"'{Key(lowName)}' must be less than '{Key(highName)}': no shot could meet both.");
            }
        }
    }

    private static string Key(string property) => $"{ShotLimits.Section}:{property}";
}
