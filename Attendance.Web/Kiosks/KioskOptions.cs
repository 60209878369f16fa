using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Kiosks;

/// <summary>How kiosks work.</summary>
internal sealed class KioskOptions
{
    public const string Section = "Kiosks";

    /// <summary>How long the one-time code of a kiosk is valid.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SetupCodeLasts { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How many pictures a kiosk may send in a second.</summary>
    [Range(1, 60)]
    public int FramesPerSecond { get; set; } = 10;

    /// <summary>How many numbers and personal codes may be entered at a kiosk in a minute.</summary>
    [Range(1, 1000)]
    public int EntriesPerMinute { get; set; } = 30;

    /// <summary>How long a kiosk waits for the face of somebody who has entered their number.</summary>
    [Range(typeof(TimeSpan), "00:00:03", "00:02:00")]
    public TimeSpan NumberLasts { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a kiosk welcomes a person, if no other one is recognized meanwhile.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:30")]
    public TimeSpan Welcome { get; set; } = TimeSpan.FromSeconds(3);
}

[OptionsValidator]
internal sealed partial class KioskOptionsValidator : IValidateOptions<KioskOptions>;
