using Attendance.CameraApi.Node;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Alerts;

internal enum AlertChange
{
    Opened,
    Acknowledged,
    Resolved,
}

/// <summary>
/// Holds the alerts that are not resolved: at most one for each rule and subject, however often its cause is found. If the cause of
/// an alert has not been found for a while, <see cref="ResolveQuiet"/> resolves it, so no code has to report that a problem is over.
/// </summary>
internal sealed class OpenAlerts(IOptions<AlertOptions> options, IOptions<NodeOptions> node, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(AlertRule Rule, string Subject), Entry> _open = [];

    /// <summary>Raised for each change, in the order in which the changes happen. Handlers must not block.</summary>
    public event Action<AlertChange, Alert>? Changed;

    public IReadOnlyList<Alert> Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values.Select(entry => entry.Alert)];
            }
        }
    }

    /// <summary>The open alerts whose cause this run has found, without those that are only remembered from an earlier run.</summary>
    public IReadOnlyList<Alert> Found
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values.Where(entry => !entry.IsRemembered).Select(entry => entry.Alert)];
            }
        }
    }

    /// <param name="isNew">True if it happened just now; false if it has lasted since it was last reported.</param>
    public void Report(Finding finding, bool isNew = false)
    {
        if (!options.Value.IsEnabled(finding.Rule))
        {
            return;
        }

        lock (_gate)
        {
            var now = clock.GetUtcNow().UtcDateTime;
            if (_open.TryGetValue((finding.Rule, finding.Subject), out var entry))
            {
                entry.Seen = clock.GetTimestamp();
                entry.IsRemembered = false;
                entry.Alert = entry.Alert with
                {
                    What = finding.What, Done = finding.Done, LastSeenAt = now, Count = entry.Alert.Count + (isNew ? 1 : 0),
                };
                return;
            }

            var alert = new Alert(
                Guid.NewGuid().ToString("N")[..16],
                finding.Rule,
                options.Value.SeverityOf(finding),
                AlertState.Open,
                finding.Subject,
                finding.Rule is not (AlertRule.NodeLost or AlertRule.NodeNameTaken or AlertRule.LimitReached) && finding.Subject.Length > 0 ? finding.Subject : null,
                node.Value.Name,
                finding.What,
                finding.Done,
                finding.Rule.Remedy(),
                Count: 1,
                OpenedAt: now,
                LastSeenAt: now,
                AcknowledgedAt: null,
                AcknowledgedBy: null,
                ResolvedAt: null);
            _open[(finding.Rule, finding.Subject)] = new Entry(alert) { Seen = clock.GetTimestamp() };
            Changed?.Invoke(AlertChange.Opened, alert);
        }
    }

    /// <summary>Records that the cause of an alert still exists. Has no effect if no such alert is open.</summary>
    public void Refresh(AlertRule rule, string subject)
    {
        lock (_gate)
        {
            if (_open.TryGetValue((rule, subject), out var entry))
            {
                entry.Seen = clock.GetTimestamp();
            }
        }
    }

    /// <summary>Takes over the alerts that an earlier run of this node left open. They resolve like any other alert.</summary>
    /// <returns>The alerts that are not taken over because this run has already found their cause again; they are over.</returns>
    public IReadOnlyList<Alert> Remember(IEnumerable<Alert> alerts)
    {
        lock (_gate)
        {
            return
            [
                .. alerts.Where(alert => !_open.TryAdd(
                    (alert.Rule, alert.Subject), new Entry(alert) { Seen = clock.GetTimestamp(), IsRemembered = true })),
            ];
        }
    }

    /// <returns>The alert, unchanged if it was acknowledged before; null if no such alert is open.</returns>
    /// <param name="isNew">True if the alert was not acknowledged before.</param>
    public Alert? Acknowledge(string id, string by, out bool isNew)
    {
        isNew = false;
        lock (_gate)
        {
            if (_open.Values.FirstOrDefault(entry => entry.Alert.Id == id) is not { } entry)
            {
                return null;
            }

            if (entry.Alert.State == AlertState.Open)
            {
                isNew = true;
                entry.Alert = entry.Alert.Acknowledged(by, clock);
                Changed?.Invoke(AlertChange.Acknowledged, entry.Alert);
            }

            return entry.Alert;
        }
    }

    public void ResolveQuiet()
    {
        lock (_gate)
        {
            foreach (var (key, entry) in _open.Where(open => clock.GetElapsedTime(open.Value.Seen) >= options.Value.ResolveAfter).ToList())
            {
                _open.Remove(key);
                Changed?.Invoke(
                    AlertChange.Resolved, entry.Alert with { State = AlertState.Resolved, ResolvedAt = clock.GetUtcNow().UtcDateTime });
            }
        }
    }

    private sealed class Entry(Alert alert)
    {
        public Alert Alert { get; set; } = alert;

        public long Seen { get; set; }

        public bool IsRemembered { get; set; }
    }
}
