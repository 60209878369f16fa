namespace Attendance.CameraApi.Alerts.Webhooks;

/// <summary>A message that could not be delivered to a webhook.</summary>
/// <param name="Node">The node that tried to deliver it; in the store it is part of the key.</param>
internal sealed record DeadLetter(string Webhook, string AlertId, string Event, DateTime At, int Attempts, string Error, string? Node = null);
