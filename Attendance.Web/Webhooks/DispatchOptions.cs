using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Webhooks;

internal sealed class DispatchOptions
{
    public const string Section = "Webhooks";

    /// <summary>How long a receiver may take to answer. A claim on a delivery lasts twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often to look for what is due, and for sessions that have closed. What this process records itself is told at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause before the first retry. Each further pause is four times as long, up to <see cref="LongestRetry"/>, and a fifth longer or shorter by chance.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    [Range(typeof(TimeSpan), "00:00:01", "12:00:00")]
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromHours(6);

    /// <summary>For how long a delivery is tried before it is a dead letter.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>For how long a receiver may fail, without one success, before it is switched off.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "90.00:00:00")]
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(5);

    /// <summary>For how long the former secret signs as well after it was replaced.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan FormerSecretLasts { get; set; } = TimeSpan.FromDays(1);

    /// <summary>For how long deliveries that arrived are listed.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00")]
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromDays(7);

    /// <summary>For how long dead letters are kept, and can be sent again.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan DeadKeptFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Whether receivers may be on this machine and in private networks.</summary>
    public bool PrivateAddresses { get; set; }
}

[OptionsValidator]
internal sealed partial class DispatchOptionsValidator : IValidateOptions<DispatchOptions>;
