using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications;

internal sealed class NotificationOptions
{
    public const string Section = "Notifications";

    /// <summary>How often sessions are looked at.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>After this time a notification that could not be sent is dropped.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "7.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>For how long after a mail a correction of the mark is sent too.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "60.00:00:00")]
    public TimeSpan CorrectedFor { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a contact has to confirm the address.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "60.00:00:00")]
    public TimeSpan ConfirmationLasts { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long it is kept what was sent to whom.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "366.00:00:00")]
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromDays(90);
}

[OptionsValidator]
internal sealed partial class NotificationOptionsValidator : IValidateOptions<NotificationOptions>;
