using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Faces.Liveness;

/// <summary>Where people must show that they are there themselves.</summary>
internal enum LivenessRequirement
{
    /// <summary>At kiosks that nobody watches.</summary>
    Unattended,

    Always,

    Never,
}

/// <summary>How people show that they are there themselves. Yaw is that of <see cref="Finding.FacePoints.Yaw"/>.</summary>
internal sealed class LivenessOptions
{
    public const string Section = "Liveness";

    public LivenessRequirement Required { get; set; } = LivenessRequirement.Unattended;

    /// <summary>How many actions are asked for. None can be foreseen, and at least one is a turn.</summary>
    [Range(2, 6)]
    public int Steps { get; set; } = 3;

    /// <summary>Whether people are also asked to blink. Otherwise they only turn their heads.</summary>
    public bool Blink { get; set; } = true;

    /// <summary>The time for each action, and for looking straight at the beginning.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan StepTime { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>How far the head must be turned to the side that was asked for, relative to the first frame.</summary>
    [Range(0.1, 0.6)]
    public double MinTurn { get; set; } = 0.25;

    /// <summary>How far the head may be turned in the first frame, and between two actions relative to it.</summary>
    [Range(0.02, 0.3)]
    public double MaxStraight { get; set; } = 0.12;

    /// <summary>The largest distance of a frame's face to that of the first frame.</summary>
    [Range(0.2, 0.8)]
    public double MaxDistance { get; set; } = 0.45;

    /// <summary>The part of the person's own level to which the eyes must close.</summary>
    [Range(0.2, 0.9)]
    public double BlinkDepth { get; set; } = 0.65;

    /// <summary>How many frames of the camera may be skipped between two that are looked at, because the server was busy.</summary>
    [Range(0, 30)]
    public int MaxSkipped { get; set; } = 5;

    /// <summary>The longest time between two frames, and the longest time without a face.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:05")]
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromSeconds(0.5);

    public bool IsRequired(bool attended) => Required == LivenessRequirement.Always || (Required == LivenessRequirement.Unattended && !attended);
}

internal sealed class LivenessOptionsValidator : IValidateOptions<LivenessOptions>
{
    public ValidateOptionsResult Validate(string? name, LivenessOptions options)
    {
        var failures = AnnotatedOptions.Failures(options, LivenessOptions.Section);
        if (options.MaxStraight >= options.MinTurn)
        {
            failures.Add(
                $"'{LivenessOptions.Section}:{nameof(options.MaxStraight)}' must be less than '{LivenessOptions.Section}:{nameof(options.MinTurn)}': no head would be both.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
