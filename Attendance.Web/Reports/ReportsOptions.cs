using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Reports;

internal sealed class ReportsOptions
{
    public const string Section = "Reports";

    /// <summary>How many exports of an account may run at the same time.</summary>
    [Range(1, 100)]
    public int ExportsAtOnce { get; set; } = 2;

    /// <summary>How often calendars may be asked for, per minute and IP address (for IPv6, per first 64 bits).</summary>
    [Range(1, 10_000)]
    public int CalendarsPerMinute { get; set; } = 60;
}

[OptionsValidator]
internal sealed partial class ReportsOptionsValidator : IValidateOptions<ReportsOptions>;
