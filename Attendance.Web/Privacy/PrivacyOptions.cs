using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Privacy;

/// <summary>Who answers for the data, and how people are answered who ask about theirs.</summary>
internal sealed class PrivacyOptions
{
    public const string Section = "Privacy";

    /// <summary>Who decides about the data: an organization, with its address.</summary>
    [StringLength(500)]
    public string? Controller { get; set; }

    /// <summary>Whom people ask: an e-mail address, a telephone number, a desk.</summary>
    [StringLength(500)]
    public string? Contact { get; set; }

    /// <summary>A privacy notice of the operator's own that is linked.</summary>
    public Uri? Notice { get; set; }

    /// <summary>How long a link lasts by which a person sees what is kept of them.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "60.00:00:00")]
    public TimeSpan LinkLasts { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Within which time a request for deletion must be answered.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "90.00:00:00")]
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromDays(30);
}

[OptionsValidator]
internal sealed partial class PrivacyOptionsValidator : IValidateOptions<PrivacyOptions>;

/// <summary>The page links the notice, so its address must be one that a browser may follow.</summary>
internal sealed class PrivacyNoticeValidator : IValidateOptions<PrivacyOptions>
{
    public ValidateOptionsResult Validate(string? name, PrivacyOptions options) =>
        options.Notice is null || (options.Notice.IsAbsoluteUri && options.Notice.Scheme is "https" or "http")
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{PrivacyOptions.Section}:{nameof(PrivacyOptions.Notice)} must be an address that begins with https:// or http://.");
}
