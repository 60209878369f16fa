using System.Text.Json;
using Attendance.Web.Data;
using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Notifications;

/// <summary>Rules and mails in the words of pages.</summary>
internal static class RuleWords
{
    /// <summary>The code of what takes back what was told.</summary>
    public const string Correction = "correction";

    public static string Code(RuleTrigger trigger) => JsonNamingPolicy.SnakeCaseLower.ConvertName(trigger.ToString());

    public static string Of(RuleTrigger trigger) => trigger switch
    {
        RuleTrigger.Absent => T("Absent, when the session has closed"),
        RuleTrigger.NotCome => T("Has not come some minutes after the start"),
        RuleTrigger.LateTimes => T("Late a number of times"),
        RuleTrigger.LeftEarly => T("Left early"),
        _ => T("Absent a number of times in a row"),
    };

    public static string Of(NotificationRule rule) => rule.Trigger switch
    {
        RuleTrigger.NotCome => T("Has not come {0} minutes after the start", rule.Minutes),
        RuleTrigger.LateTimes => rule.Period == CountPeriod.Month ? T("Late {0} times in a calendar month", rule.Times) : T("Late {0} times within 30 days", rule.Times),
        RuleTrigger.AbsentInRow => T("Absent {0} times in a row", rule.Times),
        _ => Of(rule.Trigger),
    };

    public static string When(NotificationRule rule)
    {
        var sent = rule.Digest switch
        {
            DigestKind.Daily => T("Daily at {0}", Time(rule.SendAt)),
            DigestKind.Weekly when rule.SendOn is { } day => T("{0}s at {1}", Show.WeekDay(day), Time(rule.SendAt)),
            _ => T("At once"),
        };
        return rule.QuietFrom is null ? sent : T("{0}, not from {1} to {2}", sent, Time(rule.QuietFrom), Time(rule.QuietUntil));
    }

    public static string To(NotificationRule rule) => string.Join(", ", ((string?[])[rule.ToGuardians ? T("guardians | in a list") : null, rule.ToManagers ? T("managers | in a list") : null, rule.Addresses]).OfType<string>());

    public static string Of(MailKind kind) => kind switch { MailKind.Confirmation => T("confirmation"), MailKind.Test => T("test"), _ => T("notification") };

    public static (string Words, string Tone) Of(MailState state) => state switch
    {
        MailState.Waiting => (T("Waiting"), "busy"),
        MailState.Sent => (T("Sent"), "good"),
        MailState.Refused => (T("Refused"), "bad"),
        MailState.Expired => (T("Dropped: too old"), "warn"),
        _ => (T("Withdrawn"), "quiet"),
    };

    /// <summary>Says what is wrong and what helps.</summary>
    public static string Of(MailTrouble trouble) => trouble switch
    {
        MailTrouble.Unreachable => T("The mail server does not answer."),
        MailTrouble.NoEncryption => T("The mail server offers no encryption, so nothing was sent to it. Check Mail:Security and Mail:Port."),
        MailTrouble.Certificate => T("The certificate of the mail server is not trusted. Check Mail:Host, and what the system trusts."),
        MailTrouble.SignIn => T("The mail server refused Mail:UserName and Mail:Password."),
        MailTrouble.Sender => T("The mail server refused the sender, Mail:From."),
        MailTrouble.Postponed => T("The mail server wants it later."),
        MailTrouble.Address => T("The mail server refused the address."),
        _ => T("The mail server refused the mail."),
    };

    private static string Time(TimeOnly? time) => time is { } known ? Show.Time(known) : "";
}
