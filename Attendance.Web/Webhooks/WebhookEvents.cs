namespace Attendance.Web.Webhooks;

/// <summary>What receivers can be told.</summary>
internal static class WebhookEvents
{
    public const string CheckInRecorded = "checkin.recorded", MarkChanged = "mark.changed", SessionClosed = "session.closed";

    /// <summary>Sent by a button, to try a receiver.</summary>
    public const string Test = "webhook.test";

    public static IReadOnlyList<string> All { get; } = [CheckInRecorded, MarkChanged, SessionClosed];

    public static string Join(IEnumerable<string> events) => string.Join(' ', events);

    public static IReadOnlyList<string> Split(string events) => events.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
