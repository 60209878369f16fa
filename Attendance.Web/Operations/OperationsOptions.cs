using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Operations;

internal sealed class OperationsOptions
{
    public const string Section = "Operations";

    /// <summary>How long a console stays connected. It then reconnects by itself if its account still may.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StreamLasts { get; set; } = TimeSpan.FromMinutes(10);
}

[OptionsValidator]
internal sealed partial class OperationsOptionsValidator : IValidateOptions<OperationsOptions>;
