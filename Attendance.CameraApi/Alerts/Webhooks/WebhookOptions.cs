namespace Attendance.CameraApi.Alerts.Webhooks;

internal sealed class WebhookOptions
{
    /// <summary>The receiver's address. It may contain a secret, so it is never shown.</summary>
    public string? Url { get; set; }

    /// <summary>The key that signs the requests: <c>whsec_</c> followed by base64, or any text.</summary>
    public string? Secret { get; set; }

    /// <summary>The lowest severity that is sent to this webhook.</summary>
    public AlertSeverity Severity { get; set; } = AlertSeverity.Warning;
}
