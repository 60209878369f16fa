using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.PhoneCameras;

/// <summary>How phones are paired with the pages of operators.</summary>
internal sealed class PhoneCameraOptions
{
    public const string Section = "PhoneCameras";

    /// <summary>How long the one-time code of a pairing is valid.</summary>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan CodeLasts { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a pairing outlives the operator's page while that holds no lease of the phone's camera: long enough for a reload.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:01:00")]
    public TimeSpan PageGrace { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class PhoneCameraOptionsValidator : IValidateOptions<PhoneCameraOptions>;
