using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Faces;

/// <summary>When a face is taken for somebody's. The distances are those of <see cref="Recognition.FaceEmbedding"/>.</summary>
internal sealed class RecognitionOptions
{
    public const string Section = "Recognition";

    /// <summary>How many pictures are looked at together. Each takes one core while it is.</summary>
    [Range(1, 64)]
    public int Threads { get; set; } = 1;

    /// <summary>How long a frame of a kiosk may wait for its turn. An older one is not looked at.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:10")]
    public TimeSpan OldestFrame { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The largest distance at which a frame speaks for a person.</summary>
    [Range(0.2, 0.6)]
    public double AcceptDistance { get; set; } = 0.50;

    /// <summary>The largest distance at which a frame leaves a doubt. A face that is farther from everybody is unknown.</summary>
    [Range(0.2, 0.8)]
    public double DoubtDistance { get; set; } = 0.58;

    /// <summary>How much farther than the person the next-best one must be.</summary>
    [Range(0.0, 0.5)]
    public double Margin { get; set; } = 0.08;

    /// <summary>How many frames are judged together.</summary>
    [Range(1, 30)]
    public int Frames { get; set; } = 5;

    /// <summary>How many of them must speak for one person. It must be more than half of <see cref="Frames"/>.</summary>
    [Range(1, 30)]
    public int FramesNeeded { get; set; } = 3;

    /// <summary>The time within which these frames were taken.</summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "00:00:30")]
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How many people a face is compared with at most. The model finds no person among many thousands: with more, a person says first who
    /// they are.
    /// </summary>
    [Range(1, 1000)]
    public int MaxCandidates { get; set; } = 300;

    /// <summary>The smallest distance of the eyes, in pixels, at which a face is recognized.</summary>
    [Range(12, 500)]
    public double MinEyeDistance { get; set; } = 24;

    /// <summary>How many people's templates are kept decrypted in memory.</summary>
    [Range(0, 100_000)]
    public int CachedPeople { get; set; } = 2000;

    /// <summary>How long a template that nobody asks for is kept decrypted in memory.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CachedFor { get; set; } = TimeSpan.FromMinutes(10);
}

internal sealed class RecognitionOptionsValidator : IValidateOptions<RecognitionOptions>
{
    public ValidateOptionsResult Validate(string? name, RecognitionOptions options)
    {
        var failures = AnnotatedOptions.Failures(options, RecognitionOptions.Section);
        if (options.AcceptDistance >= options.DoubtDistance)
        {
            failures.Add($"'{Key(nameof(options.AcceptDistance))}' must be less than '{Key(nameof(options.DoubtDistance))}'.");
        }

        if (options.FramesNeeded > options.Frames || options.FramesNeeded * 2 <= options.Frames)
        {
            failures.Add($"'{Key(nameof(options.FramesNeeded))}' must be more than half of '{Key(nameof(options.Frames))}', and at most as many.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string Key(string property) => $"{RecognitionOptions.Section}:{property}";
}
