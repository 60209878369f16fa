namespace Attendance.CameraApi.Alerts.Webhooks;

/// <summary>What a webhook was not told, however often it was tried.</summary>
internal sealed record DeadLetter(string Webhook, string AlertId, string Event, DateTime At, int Attempts, string Error);
