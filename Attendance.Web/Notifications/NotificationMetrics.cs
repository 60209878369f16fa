using System.ComponentModel;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Attendance.Web.Notifications;

/// <summary>What became of an attempt to send a mail.</summary>
internal enum MailAttempt
{
    Sent,
    Retried,
    Refused,
    Expired,
    Withdrawn,
}

/// <summary>The attribute of what is measured of mails.</summary>
internal static class NotificationAttributes
{
    [Description("What became of an attempt to send a mail: `sent`, `retried` (later), `refused` (for good), `expired` (too old), `withdrawn` (nothing left to say).")]
    public const string Outcome = "attendance.mail.outcome";
}

/// <summary>Counts mails. Whom they were sent to is in no metric.</summary>
internal sealed class NotificationMetrics
{
    private readonly Counter<int> _attempts;
    private readonly UpDownCounter<int> _outages;

    public NotificationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(typeof(NotificationMetrics).Assembly.GetName().Name!);
        _attempts = meter.CreateCounter<int>("attendance.mail.attempts", "{mail}", "Attempts to send a mail, and mails that were dropped, by outcome.");
        _outages = meter.CreateUpDownCounter<int>("attendance.mail.outage", "{outage}", "Whether the mail server cannot be used now: 1 if so, of each process.");
    }

    public void Attempted(MailAttempt outcome, int count = 1) =>
        _attempts.Add(count, new KeyValuePair<string, object?>(NotificationAttributes.Outcome, JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString())));

    public void Outage(bool isNow) => _outages.Add(isNow ? 1 : -1);
}
