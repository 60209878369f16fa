using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Alerts;

/// <summary>How often is too often: more than <see cref="Count"/> within <see cref="Window"/>.</summary>
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

    /// <summary>Null for the rule's own.</summary>
    public AlertSeverity? Severity { get; set; }
}

internal sealed class AlertOptions
{
    /// <summary>An alert is resolved when its cause has been gone for so long. Long enough for a dashboard that asks every 30 s to have seen it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ResolveAfter { get; set; } = TimeSpan.FromSeconds(40);

    /// <summary>A camera in use that has shown no new frame for so long. Above <c>Capture:StallTimeout</c>, after which it is opened again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FramesStalled { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A node that has not been heard of for so long is lost.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "01:00:00")]
    public TimeSpan NodeLost { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The session store has not answered for so long. A single answer that is late, as at the start of a busy machine, is none to wake anybody for.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StoreUnreachable { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Times that one camera was opened again under a lease.</summary>
    [ValidateObjectMembers]
    public AlertRate CrashLoop { get; set; } = new() { Count = 3, Window = TimeSpan.FromMinutes(5) };

    /// <summary>Sessions whose sockets went silent.</summary>
    [ValidateObjectMembers]
    public AlertRate HeartbeatsLost { get; set; } = new() { Count = 10, Window = TimeSpan.FromMinutes(1) };

    /// <summary>Requests for one camera that were refused because somebody had it.</summary>
    [ValidateObjectMembers]
    public AlertRate Contention { get; set; } = new() { Count = 20, Window = TimeSpan.FromMinutes(1) };

    /// <summary>By the name of the rule.</summary>
    public IDictionary<string, AlertRuleOptions> Rules { get; } = new Dictionary<string, AlertRuleOptions>(StringComparer.Ordinal);

    /// <summary>By a name of one's own.</summary>
    public IDictionary<string, Webhooks.WebhookOptions> Webhooks { get; } = new Dictionary<string, Webhooks.WebhookOptions>(StringComparer.Ordinal);

    /// <summary>What is configured wins over what was found, and that over what is usual.</summary>
    public AlertSeverity SeverityOf(Finding finding) =>
        (Rules.TryGetValue(finding.Rule.Name(), out var own) ? own.Severity : null) ?? finding.Severity ?? finding.Rule.DefaultSeverity();

    public bool IsEnabled(AlertRule rule) => !Rules.TryGetValue(rule.Name(), out var own) || own.Enabled;
}

[OptionsValidator]
internal sealed partial class AlertOptionsValidator : IValidateOptions<AlertOptions>;

/// <summary>What annotations cannot say: names that exist, and addresses and secrets of webhooks. An error names the key, never its value.</summary>
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
            if (!Uri.TryCreate(webhook.Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                errors.Add($"'Alerts:Webhooks:{key}:Url' must be an absolute http or https address.");
            }
            else if (address.Scheme == "http" && !address.IsLoopback)
            {
                errors.Add($"'Alerts:Webhooks:{key}:Url' must be https unless it is on this machine: alerts are not sent in the clear.");
            }

            if (webhook.Secret is not { Length: >= MinSecretLength })
            {
                errors.Add($"'Alerts:Webhooks:{key}:Secret' must have {MinSecretLength} characters at least: it signs what is sent.");
            }
            else if (!Webhooks.WebhookSignature.IsKey(webhook.Secret))
            {
                errors.Add($"'Alerts:Webhooks:{key}:Secret' begins with 'whsec_', so base64 must follow.");
            }
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
