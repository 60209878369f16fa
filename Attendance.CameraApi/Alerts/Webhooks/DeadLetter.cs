namespace Attendance.CameraApi.Alerts.Webhooks;

/// <summary>What a webhook was not told, however often it was tried.</summary>
/// <param name="Node">That tried; in the store it is part of the key.</param>
internal sealed record DeadLetter(string Webhook, string AlertId, string Event, DateTime At, int Attempts, string Error, string? Node = null);
