using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Retention;

/// <summary>How long each kind of data is kept. <c>never</c> keeps it until somebody deletes it.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Pictures and templates, after the person was last seen or last photographed, whichever is later.</summary>
    [KeptAtLeast(7)]
    public KeepFor Pictures { get; set; } = KeepFor.Days(180);

    /// <summary>Pictures and templates of people whose consent was not renewed, after their faces were not recognized any more.</summary>
    [KeptAtLeast(0)]
    public KeepFor UnrenewedConsent { get; set; } = KeepFor.Days(30);

    /// <summary>Whole people with everything about them, after they were last seen, photographed or added.</summary>
    [KeptAtLeast(30)]
    public KeepFor People { get; set; }

    /// <summary>Sessions with their check-ins, after they closed.</summary>
    [KeptAtLeast(30)]
    public KeepFor CheckIns { get; set; }

    [KeptAtLeast(90)]
    public KeepFor Audit { get; set; } = KeepFor.Days(1095);

    /// <summary>Faces that nobody was marked by, after the sessions closed.</summary>
    [KeptAtLeast(1)]
    public KeepFor Doubts { get; set; } = KeepFor.Days(30);

    [KeptAtLeast(1)]
    public KeepFor PhonePairings { get; set; } = KeepFor.Days(1);

    /// <summary>Sign-ins of browsers after their last use. Those that are still valid are kept.</summary>
    [KeptAtLeast(1)]
    public KeepFor SignIns { get; set; } = KeepFor.Days(30);

    /// <summary>Requests for deletion that were refused.</summary>
    [KeptAtLeast(30)]
    public KeepFor Requests { get; set; } = KeepFor.Days(365);

    /// <summary>How often data is deleted by its age.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "7.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How much is deleted in one transaction. Others write between two of them.</summary>
    [Range(1, 10_000)]
    public int Batch { get; set; } = 100;

    /// <summary>The pause after each of them.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>After how long without a sign of a process another one goes on with its run.</summary>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan OwnedFor { get; set; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;

/// <summary>Requires a time that is not too short, because what is deleted does not come back.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class KeptAtLeastAttribute(int days) : ValidationAttribute
{
    private const int MostDays = 36_500;

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is KeepFor { Time: { } time } && (time < TimeSpan.FromDays(days) || time > TimeSpan.FromDays(MostDays))
            ? new($"{RetentionOptions.Section}:{validationContext.MemberName} must be at least {days} days and at most {MostDays}, or never.", [validationContext.MemberName!])
            : ValidationResult.Success;
}
