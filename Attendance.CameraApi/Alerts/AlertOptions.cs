using System.ComponentModel.DataAnnotations;
using Attendance.ServiceDefaults.Webhooks;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Alerts;

/// <summary>A rate that raises an alert when there are more than <see cref="Count"/> occurrences within <see cref="Window"/>.</summary>
internal sealed class AlertRate
{
    [Range(1, 1_000_000)]
    public int Count { get; set; }

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Window { get; set; }
}

internal sealed class AlertRuleOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>The severity of the rule's alerts; null for the default.</summary>
    public AlertSeverity? Severity { get; set; }
}

internal sealed class AlertOptions
{
    /// <summary>
    /// How long the cause of an alert must be gone before it is resolved. The default lets a dashboard that polls every 30 s see each
    /// alert.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ResolveAfter { get; set; } = TimeSpan.FromSeconds(40);

    /// <summary>
    /// How long a camera in use may deliver no new frame. Longer than <c>Capture:StallTimeout</c>, after which the camera is reopened.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FramesStalled { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a node may give no sign of life before it counts as lost.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "01:00:00")]
    public TimeSpan NodeLost { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the session store may not answer before there is an alert. A single late answer, as at the start of a busy machine,
    /// is no reason to wake anybody.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StoreUnreachable { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Limits how often one camera may be reopened under a lease.</summary>
    [ValidateObjectMembers]
    public AlertRate CrashLoop { get; set; } = new() { Count = 3, Window = TimeSpan.FromMinutes(5) };

    /// <summary>Limits how many sessions may go silent.</summary>
    [ValidateObjectMembers]
    public AlertRate HeartbeatsLost { get; set; } = new() { Count = 10, Window = TimeSpan.FromMinutes(1) };

    /// <summary>Limits how many requests for one camera may be refused because it is in use.</summary>
    [ValidateObjectMembers]
    public AlertRate Contention { get; set; } = new() { Count = 20, Window = TimeSpan.FromMinutes(1) };

    /// <summary>The settings of the rules, by the name of the rule.</summary>
    public IDictionary<string, AlertRuleOptions> Rules { get; } = new Dictionary<string, AlertRuleOptions>(StringComparer.Ordinal);

    /// <summary>The webhooks, by a name of the operator's choice.</summary>
    public IDictionary<string, Webhooks.WebhookOptions> Webhooks { get; } = new Dictionary<string, Webhooks.WebhookOptions>(StringComparer.Ordinal);

    /// <summary>Returns the configured severity if there is one, otherwise that of the finding, otherwise the rule's default.</summary>
    public AlertSeverity SeverityOf(Finding finding) =>
        (Rules.TryGetValue(finding.Rule.Name(), out var own) ? own.Severity : null) ?? finding.Severity ?? finding.Rule.DefaultSeverity();

    public bool IsEnabled(AlertRule rule) => !Rules.TryGetValue(rule.Name(), out var own) || own.Enabled;
}

[OptionsValidator]
internal sealed partial class AlertOptionsValidator : IValidateOptions<AlertOptions>;

/// <summary>
/// Checks what annotations cannot: that rule names exist, and webhooks' addresses and secrets. An error names the key, never its value.
/// </summary>
internal sealed class AlertEntriesValidator : IValidateOptions<AlertOptions>
{
    private const int MinSecretLength = 24;

    public ValidateOptionsResult Validate(string? name, AlertOptions options)
    {
        var errors = new List<string>();
        errors.AddRange(options.Rules.Keys.Where(rule => !AlertRules.Names.Contains(rule))
            .Select(rule => $"'Alerts:Rules:{rule}' is no rule. There are: {string.Join(", ", AlertRules.Names)}."));
        foreach (var (key, webhook) in options.Webhooks)
        {
            if (WebhookAddress.FaultOf(webhook.Url) is { } fault)
            {
                errors.Add($"'Alerts:Webhooks:{key}:Url' {fault}");
            }

            if (webhook.Secret is not { Length: >= MinSecretLength })
            {
                errors.Add($"'Alerts:Webhooks:{key}:Secret' must have {MinSecretLength} characters at least: it signs what is sent.");
            }
            else if (!WebhookSignature.IsKey(webhook.Secret))
            {
                errors.Add($"'Alerts:Webhooks:{key}:Secret' begins with 'whsec_', so base64 must follow.");
            }
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
