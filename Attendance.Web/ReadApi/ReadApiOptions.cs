using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.ReadApi;

internal sealed class ReadApiOptions
{
    public const string Section = "ReadApi";

    /// <summary>The number of requests that a token may make in a minute, at each replica.</summary>
    [Range(1, 100_000)]
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>
    /// How far a reader that asks for changes is sent back, so that it also gets what was committed late. Longer than any transaction takes, and
    /// than the clocks of replicas differ.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>For how long the ids of what was deleted are kept. A reader that was away for longer begins anew.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan DeletionsKept { get; set; } = TimeSpan.FromDays(90);
}

[OptionsValidator]
internal sealed partial class ReadApiOptionsValidator : IValidateOptions<ReadApiOptions>;
