using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Schedules;

/// <summary>How people check in. The rules are what a new schedule begins with; each schedule may have its own.</summary>
internal sealed class CheckInOptions
{
    public const string Section = "CheckIn";

    /// <summary>Two check-ins of a person within this time are one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Debounce { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>See <see cref="MarkRules.OpensBefore"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "12:00:00")]
    public TimeSpan OpensBefore { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>See <see cref="MarkRules.LateAfter"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "12:00:00")]
    public TimeSpan LateAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>See <see cref="MarkRules.AbsentAfter"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "12:00:00")]
    public TimeSpan? AbsentAfter { get; set; }

    /// <summary>See <see cref="MarkRules.LeftEarlyBefore"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "12:00:00")]
    public TimeSpan? LeftEarlyBefore { get; set; }

    /// <summary>See <see cref="MarkRules.MinimumPresence"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "12:00:00")]
    public TimeSpan? MinimumPresence { get; set; }

    /// <summary>How long after the end people may check out, where leaving is looked at.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "12:00:00")]
    public TimeSpan ClosesAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long after the end of a session its roll may be called. Later, marks are corrected, with a reason.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan RollCallAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How old a check-in may be when it arrives, because a kiosk may have been without a network.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan OldestEvent { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The number of wrong personal codes in a row that locks a person's code for <see cref="CodeLockedFor"/>.</summary>
    [Range(1, 100)]
    public int WrongCodes { get; set; } = 5;

    /// <summary>The number of wrong personal codes in a row, of whomever, that locks a place for <see cref="CodeLockedFor"/>.</summary>
    [Range(1, 10_000)]
    public int WrongCodesAtPlace { get; set; } = 20;

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CodeLockedFor { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The number of faces that were not that of the person whose number was entered that locks the number for <see cref="NumberLockedFor"/>, as far as faces go.</summary>
    [Range(1, 100)]
    public int WrongFaces { get; set; } = 5;

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan NumberLockedFor { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>For how long a QR code on a phone is valid after the page shows the next one.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan PhoneCodeGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the one-time code is valid that makes a phone a person's own.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan PhoneSetupLasts { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often a page of today looks for what changed without an event, such as a session that began.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan TodayEvery { get; set; } = TimeSpan.FromSeconds(5);

    public MarkRules Rules() => new()
    {
        OpensBefore = OpensBefore,
        LateAfter = LateAfter,
        AbsentAfter = AbsentAfter,
        LeftEarlyBefore = LeftEarlyBefore,
        MinimumPresence = MinimumPresence,
        ClosesAfter = ClosesAfter,
    };
}

[OptionsValidator]
internal sealed partial class CheckInOptionsValidator : IValidateOptions<CheckInOptions>;
