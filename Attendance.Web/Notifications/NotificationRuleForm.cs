using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Notifications;

/// <summary>A rule as an administrator writes it. Public, because model binding only supports public types.</summary>
public sealed class NotificationRuleForm : IValidatableObject
{
    private const int MostMinutes = 12 * 60, MostTimes = 30, MostAddresses = 10;

    /// <summary>The rule that is changed, or null for another one.</summary>
    public Guid? Id { get; set; }

    [Display(Name = "What")]
    public string Trigger { get; set; } = nameof(RuleTrigger.Absent);

    /// <summary>The group, or null for all.</summary>
    public Guid? Group { get; set; }

    [Range(1, MostMinutes, ErrorMessage = "Enter {1} to {2} minutes.")]
    [Display(Name = "Minutes after the start")]
    public int? Minutes { get; set; }

    [Range(1, MostTimes, ErrorMessage = "Enter {1} to {2} times.")]
    [Display(Name = "Times")]
    public int? Times { get; set; }

    [Display(Name = "Within")]
    public string Period { get; set; } = nameof(CountPeriod.Month);

    public bool ToGuardians { get; set; }

    public bool ToManagers { get; set; }

    [StringLength(NotificationRule.AddressesLength, ErrorMessage = "The addresses may have at most {1} characters together.")]
    [Display(Name = "Fixed addresses")]
    public string? Addresses { get; set; }

    [Display(Name = "Send")]
    public string Digest { get; set; } = nameof(DigestKind.AtOnce);

    [Display(Name = "At")]
    public TimeOnly? SendAt { get; set; }

    [Display(Name = "On")]
    public string SendOn { get; set; } = nameof(DayOfWeek.Friday);

    [Display(Name = "Quiet from")]
    public TimeOnly? QuietFrom { get; set; }

    [Display(Name = "Quiet until")]
    public TimeOnly? QuietUntil { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => OfTrigger().Concat(OfRecipients()).Concat(OfTimes());

    internal static NotificationRuleForm From(NotificationRule rule) => new()
    {
        Id = rule.Id, Trigger = $"{rule.Trigger}", Group = rule.GroupId, Minutes = rule.Minutes, Times = rule.Times, Period = $"{rule.Period}", ToGuardians = rule.ToGuardians,
        ToManagers = rule.ToManagers, Addresses = rule.Addresses, Digest = $"{rule.Digest}", SendAt = rule.SendAt, SendOn = $"{rule.SendOn ?? DayOfWeek.Friday}",
        QuietFrom = rule.QuietFrom, QuietUntil = rule.QuietUntil,
    };

    /// <summary>Returns the rule. The form has been validated. What the trigger and the digest do not use is left out.</summary>
    internal NotificationRule ToRule(DateTime now)
    {
        var (trigger, digest) = (Enum.Parse<RuleTrigger>(Trigger), Enum.Parse<DigestKind>(Digest));
        var rule = new NotificationRule
        {
            GroupId = Group, Trigger = trigger, CreatedAt = now,
            Minutes = trigger == RuleTrigger.NotCome ? Minutes : null,
            Times = Counts(trigger) ? Times : null,
            Period = trigger == RuleTrigger.LateTimes ? Enum.Parse<CountPeriod>(Period) : CountPeriod.Month,
        };
        (rule.ToGuardians, rule.ToManagers, rule.Addresses) = (ToGuardians, ToManagers, MailAddresses.ReadList(Addresses) is { Count: > 0 } fixedOnes ? string.Join(", ", fixedOnes) : null);
        (rule.Digest, rule.SendAt, rule.SendOn) = (digest, digest == DigestKind.AtOnce ? null : SendAt, digest == DigestKind.Weekly ? Enum.Parse<DayOfWeek>(SendOn) : null);
        (rule.QuietFrom, rule.QuietUntil) = (QuietFrom, QuietUntil);
        return rule;
    }

    private IEnumerable<ValidationResult> OfTrigger()
    {
        if (!Is<RuleTrigger>(Trigger))
        {
            yield return new(T("Choose what is told."), [nameof(Trigger)]);
            yield break;
        }

        var trigger = Enum.Parse<RuleTrigger>(Trigger);
        if (trigger == RuleTrigger.NotCome && Minutes is null)
        {
            yield return new(T("Enter after how many minutes."), [nameof(Minutes)]);
        }

        if (Counts(trigger) && Times is null)
        {
            yield return new(T("Enter how many times."), [nameof(Times)]);
        }

        if (!Is<CountPeriod>(Period))
        {
            yield return new(T("Choose a period."), [nameof(Period)]);
        }
    }

    private IEnumerable<ValidationResult> OfRecipients()
    {
        var addresses = MailAddresses.ReadList(Addresses);
        if (addresses is null)
        {
            yield return new(T("Each of these must be an e-mail address such as office@example.org, without a name. Separate them by commas."), [nameof(Addresses)]);
        }
        else if (addresses.Count > MostAddresses)
        {
            yield return new(T("There may be {0} addresses at most.", MostAddresses), [nameof(Addresses)]);
        }
        else if (!ToGuardians && !ToManagers && addresses.Count == 0)
        {
            yield return new(T("Choose who is told, or enter an address."), [nameof(Addresses)]);
        }
    }

    private IEnumerable<ValidationResult> OfTimes()
    {
        if (!Is<DigestKind>(Digest))
        {
            yield return new(T("Choose when it is sent."), [nameof(Digest)]);
        }
        else if (Digest != nameof(DigestKind.AtOnce) && SendAt is null)
        {
            yield return new(T("Enter the time of the digest."), [nameof(SendAt)]);
        }

        if (!Is<DayOfWeek>(SendOn))
        {
            yield return new(T("Choose a day of the week."), [nameof(SendOn)]);
        }

        if (QuietFrom is null != QuietUntil is null || (QuietFrom is not null && QuietFrom == QuietUntil))
        {
            yield return new(T("Enter from when and until when it is quiet, or neither."), [nameof(QuietUntil)]);
        }
        else if (QuietFrom is { } from && QuietUntil is { } until && SendAt is { } at && Digest != nameof(DigestKind.AtOnce) && at.IsBetween(from, until))
        {
            yield return new(T("This time is within the quiet hours."), [nameof(SendAt)]);
        }
    }

    private static bool Counts(RuleTrigger trigger) => trigger is RuleTrigger.LateTimes or RuleTrigger.AbsentInRow;

    private static bool Is<T>(string? text) where T : struct, Enum => Enum.GetNames<T>().Contains(text, StringComparer.Ordinal);
}
