using System.Globalization;
using System.Text.Json;
using Attendance.Web.Data;

namespace Attendance.Web.Notifications;

/// <summary>Rules and mails in the words of pages.</summary>
internal static class RuleWords
{
    /// <summary>The code of what takes back what was told.</summary>
    public const string Correction = "correction";

    public static string Code(RuleTrigger trigger) => JsonNamingPolicy.SnakeCaseLower.ConvertName(trigger.ToString());

    public static string Of(RuleTrigger trigger) => trigger switch
    {
        RuleTrigger.Absent => "Absent, when the session has closed",
        RuleTrigger.NotCome => "Has not come some minutes after the start",
        RuleTrigger.LateTimes => "Late a number of times",
        RuleTrigger.LeftEarly => "Left early",
        _ => "Absent a number of times in a row",
    };

    public static string Of(NotificationRule rule) => rule.Trigger switch
    {
        RuleTrigger.NotCome => $"Has not come {rule.Minutes} minutes after the start",
        RuleTrigger.LateTimes => $"Late {rule.Times} times {(rule.Period == CountPeriod.Month ? "in a calendar month" : "within 30 days")}",
        RuleTrigger.AbsentInRow => $"Absent {rule.Times} times in a row",
        _ => Of(rule.Trigger),
    };

    public static string When(NotificationRule rule)
    {
        var sent = rule.Digest switch
        {
            DigestKind.Daily => $"Daily at {Time(rule.SendAt)}",
            DigestKind.Weekly => $"{rule.SendOn}s at {Time(rule.SendAt)}",
            _ => "At once",
        };
        return rule.QuietFrom is null ? sent : $"{sent}, not from {Time(rule.QuietFrom)} to {Time(rule.QuietUntil)}";
    }

    public static string To(NotificationRule rule) => string.Join(", ", ((string?[])[rule.ToGuardians ? "guardians" : null, rule.ToManagers ? "managers" : null, rule.Addresses]).OfType<string>());

    public static string Of(MailKind kind) => kind switch { MailKind.Confirmation => "confirmation", MailKind.Test => "test", _ => "notification" };

    public static (string Words, string Tone) Of(MailState state) => state switch
    {
        MailState.Waiting => ("Waiting", "busy"),
        MailState.Sent => ("Sent", "good"),
        MailState.Refused => ("Refused", "bad"),
        MailState.Expired => ("Dropped: too old", "warn"),
        _ => ("Withdrawn", "quiet"),
    };

    /// <summary>Says what is wrong and what helps.</summary>
    public static string Of(MailTrouble trouble) => trouble switch
    {
        MailTrouble.Unreachable => "The mail server does not answer.",
        MailTrouble.NoEncryption => "The mail server offers no encryption, so nothing was sent to it. Check Mail:Security and Mail:Port.",
        MailTrouble.Certificate => "The certificate of the mail server is not trusted. Check Mail:Host, and what the system trusts.",
        MailTrouble.SignIn => "The mail server refused Mail:UserName and Mail:Password.",
        MailTrouble.Sender => "The mail server refused the sender, Mail:From.",
        MailTrouble.Postponed => "The mail server wants it later.",
        MailTrouble.Address => "The mail server refused the address.",
        _ => "The mail server refused the mail.",
    };

    private static string Time(TimeOnly? time) => time?.ToString("HH:mm", CultureInfo.InvariantCulture) ?? "";
}
