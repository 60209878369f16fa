namespace Attendance.CameraApi.Alerts.Webhooks;

internal sealed class WebhookOptions
{
    /// <summary>May hold a secret, so it is shown nowhere.</summary>
    public string? Url { get; set; }

    /// <summary>Signs what is sent: <c>whsec_</c> and base64, or any text.</summary>
    public string? Secret { get; set; }

    /// <summary>The least that it is told of.</summary>
    public AlertSeverity Severity { get; set; } = AlertSeverity.Warning;
}
