using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Quality;

internal sealed class QualityOptions
{
    /// <summary>The largest difference at which ratings count as equal, so that noise does not decide.</summary>
    [Range(0, 100)]
    public double TieWidth { get; set; } = 5;

    /// <summary>How long a probe measures after the first frame.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:05")]
    public TimeSpan ProbeDuration { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether unknown cameras are probed before one is chosen. This turns on the lamps of cameras that no session gets.</summary>
    public bool ProbeBeforeChoice { get; set; }

    [ValidateObjectMembers]
    public RatingWeights Weights { get; set; } = new();
}

/// <summary>How much each part counts in a rating, compared with the others.</summary>
internal sealed class RatingWeights : IValidatableObject
{
    [Range(0, 1000)]
    public double Resolution { get; set; } = 25;

    [Range(0, 1000)]
    public double FrameRate { get; set; } = 15;

    [Range(0, 1000)]
    public double Sharpness { get; set; } = 25;

    [Range(0, 1000)]
    public double Exposure { get; set; } = 10;

    [Range(0, 1000)]
    public double Clipping { get; set; } = 5;

    [Range(0, 1000)]
    public double Noise { get; set; } = 10;

    [Range(0, 1000)]
    public double Reliability { get; set; } = 10;

    public double Sum => Resolution + FrameRate + Sharpness + Exposure + Clipping + Noise + Reliability;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Sum > 0 ? [] : [new ValidationResult("'Quality:Weights' must not all be 0.", [nameof(Sum)])];
}

[OptionsValidator]
internal sealed partial class QualityOptionsValidator : IValidateOptions<QualityOptions>;
