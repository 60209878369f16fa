using System.ComponentModel.DataAnnotations;
using Attendance.Web.Faces;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import;

/// <summary>What may be imported, and how long its content is kept.</summary>
internal sealed class ImportOptions
{
    public const string Section = "Import";

    /// <summary>The largest file of people or of a timetable, in bytes.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int LargestFile { get; set; } = 32 * 1024 * 1024;

    /// <summary>The largest ZIP file or folder of pictures, in bytes. It is held in memory while it is read.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int LargestPictures { get; set; } = 256 * 1024 * 1024;

    /// <summary>How long an import waits to be confirmed, and how long its refused rows are kept after it. Then its content is deleted.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "30.00:00:00")]
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How many rows are applied in one transaction.</summary>
    [Range(1, 5000)]
    public int RowsAtOnce { get; set; } = 500;

    /// <summary>How often to look for imports that another process has left, and for those that are too old.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a process has an import for itself unless it renews that. After this time another one goes on with it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ClaimLasts { get; set; } = TimeSpan.FromMinutes(1);
}

internal sealed class ImportOptionsValidator : IValidateOptions<ImportOptions>
{
    public ValidateOptionsResult Validate(string? name, ImportOptions options) =>
        AnnotatedOptions.Failures(options, ImportOptions.Section) is { Count: > 0 } failures ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
}
