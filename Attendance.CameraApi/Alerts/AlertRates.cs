using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Telemetry;
using Attendance.CameraApi.Upkeep;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Alerts;

/// <summary>Finds problems that are harmless once but not when they happen repeatedly.</summary>
internal sealed class AlertRates : IFindingSource, IDisposable
{
    /// <summary>One occurrence raises the alert, which is then found until a minute has passed without another occurrence.</summary>
    private static readonly AlertRate s_limitReached = new() { Count = 0, Window = TimeSpan.FromMinutes(1) };

    private readonly Lock _gate = new();
    private readonly Dictionary<(AlertRule Rule, string Subject), Queue<long>> _times = [];
    private readonly Measurements _measurements;
    private readonly AlertOptions _options;
    private readonly TimeProvider _clock;

    public AlertRates(Measurements measurements, IOptions<AlertOptions> options, TimeProvider clock)
    {
        (_measurements, _options, _clock) = (measurements, options.Value, clock);
        measurements.Measured += Hear;
    }

    public IReadOnlyList<Finding> Find()
    {
        lock (_gate)
        {
            var findings = new List<Finding>();
            foreach (var (key, times) in _times.ToList())
            {
                var rate = RateOf(key.Rule);
                while (times.TryPeek(out var oldest) && _clock.GetElapsedTime(oldest) > rate.Window)
                {
                    times.Dequeue();
                }

                if (times.Count == 0)
                {
                    _times.Remove(key);
                }
                else if (times.Count > rate.Count)
                {
                    findings.Add(Describe(key.Rule, key.Subject, times.Count, rate.Window));
                }
            }

            return findings;
        }
    }

    public void Dispose() => _measurements.Measured -= Hear;

    private static Finding Describe(AlertRule rule, string subject, int count, TimeSpan window) => rule switch
    {
        AlertRule.WorkerCrashLoop => new Finding(
            rule, subject, $"The camera had to be reopened {count} times within {window.TotalSeconds:0} s.", "It was reopened each time under the same lease."),
        AlertRule.LimitReached => new Finding(
            rule, subject, $"The limit of '{subject}' was reached: {count} requests were refused or dropped within {window.TotalSeconds:0} s.", "Each client was told. Nothing else is affected."),
        AlertRule.HeartbeatsLost => new Finding(
            rule, subject, $"{count} sessions went silent within {window.TotalSeconds:0} s.", "Their cameras are released unless they reconnect within the grace period."),
        _ => new Finding(
            rule, subject, $"The camera was requested {count} times within {window.TotalSeconds:0} s while it was in use.", "Each client was told when it becomes free at the latest."),
    };

    private void Hear(Measurement measured)
    {
        var (rule, subject) = measured switch
        {
            { Instrument: "camera.worker.restarts", CameraId: { } camera } => (AlertRule.WorkerCrashLoop, camera),
            { Instrument: "session.lost", Tag: { } reason } when reason == PresenceEnd.Timeout.Name() => (AlertRule.HeartbeatsLost, ""),
            { Instrument: "camera.lease.acquisitions", CameraId: { } camera, Tag: "in_use" } => (AlertRule.Contention, camera),
            { Instrument: "limit.reached", Tag: { } limit } => (AlertRule.LimitReached, limit),
            _ => (default(AlertRule?), ""),
        };
        if (rule is { } counted)
        {
            Count(counted, subject);
        }
    }

    private void Count(AlertRule rule, string subject)
    {
        lock (_gate)
        {
            if (!_times.TryGetValue((rule, subject), out var times))
            {
                _times[(rule, subject)] = times = new Queue<long>();
            }

            times.Enqueue(_clock.GetTimestamp());
            if (times.Count > RateOf(rule).Count + 1000)
            {
                times.Dequeue(); // the rest is more than enough to prove that the rate is exceeded
            }
        }
    }

    private AlertRate RateOf(AlertRule rule) => rule switch
    {
        AlertRule.WorkerCrashLoop => _options.CrashLoop,
        AlertRule.HeartbeatsLost => _options.HeartbeatsLost,
        AlertRule.LimitReached => s_limitReached,
        _ => _options.Contention,
    };
}
