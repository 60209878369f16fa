using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>The figures of one minute. Durations are in seconds, and null if there were none.</summary>
/// <param name="Active">The leases that are held at the end of the minute, or now in the current minute.</param>
/// <param name="Failures">The acquisitions that failed, without those that were refused.</param>
/// <param name="Refused">The acquisitions that were refused because the camera was in use.</param>
internal sealed record TrendPoint(
    DateTime At,
    int Active,
    int Acquired,
    int Ended,
    int Failures,
    int Refused,
    double? AcquireP50,
    double? AcquireP99,
    double? ReleaseP50,
    double? ReleaseP99,
    double? HoldP50,
    double? HoldP99);

internal sealed record TrendsView(int StepSeconds, IReadOnlyList<TrendPoint> Points);

/// <summary>Collects the figures of the last hour of this run, minute by minute.</summary>
internal sealed class Trends : IDisposable
{
    private const int Minutes = 60;

    private static readonly HashSet<string> s_heard =
        ["camera.lease.acquisitions", "camera.lease.releases", "camera.open.duration", "camera.release.duration", "camera.lease.duration"];

    private static readonly string[] s_granted = ["granted", "already_held", "adopted"];

    private readonly Lock _gate = new();
    private readonly Queue<Bucket> _buckets = new();
    private readonly Measurements _measurements;
    private readonly CameraLeases _leases;
    private readonly TimeProvider _clock;

    public Trends(Measurements measurements, CameraLeases leases, TimeProvider clock)
    {
        (_measurements, _leases, _clock) = (measurements, leases, clock);
        measurements.Measured += Hear;
    }

    public TrendsView View
    {
        get
        {
            lock (_gate)
            {
                Turn().Active = _leases.Live.Count();
                return new TrendsView(60, [.. _buckets.Select(bucket => bucket.Point())]);
            }
        }
    }

    public TrendPoint Latest => View.Points[^1];

    public void Dispose() => _measurements.Measured -= Hear;

    private void Hear(Measurement measured)
    {
        if (!s_heard.Contains(measured.Instrument))
        {
            return;
        }

        lock (_gate)
        {
            var bucket = Turn();
            switch (measured)
            {
                case { Instrument: "camera.lease.acquisitions", Tag: { } outcome }:
                    if (s_granted.Contains(outcome))
                    {
                        bucket.Acquired++;
                    }
                    else if (outcome == "in_use")
                    {
                        bucket.Refused++;
                    }
                    else
                    {
                        bucket.Failures++;
                    }

                    break;
                case { Instrument: "camera.lease.releases" }:
                    bucket.Ended++;
                    break;
                case { Instrument: "camera.open.duration" }:
                    bucket.Acquire.Add(measured.Value);
                    break;
                case { Instrument: "camera.release.duration" }:
                    bucket.Release.Add(measured.Value);
                    break;
                case { Instrument: "camera.lease.duration" }:
                    bucket.Hold.Add(measured.Value);
                    break;
            }
        }
    }

    /// <summary>Returns the bucket of the current minute. It also adds the buckets of minutes in which nothing was measured.</summary>
    private Bucket Turn()
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        var minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        var last = _buckets.LastOrDefault();
        if (last is null || minute - last.At > TimeSpan.FromMinutes(Minutes) || minute < last.At)
        {
            if (last is not null && minute < last.At && last.At - minute < TimeSpan.FromMinutes(Minutes))
            {
                return last; // the clock was set back by less than an hour: keep the order of the buckets
            }

            _buckets.Clear();
            _buckets.Enqueue(last = new Bucket(minute));
        }

        if (last.At < minute)
        {
            last.Active = _leases.Live.Count();
        }

        while (last.At < minute)
        {
            _buckets.Enqueue(last = new Bucket(last.At.AddMinutes(1)) { Active = last.Active });
        }

        while (_buckets.Count > Minutes)
        {
            _buckets.Dequeue();
        }

        return last;
    }

    private sealed class Bucket(DateTime at)
    {
        public DateTime At => at;

        public int Active { get; set; }

        public int Acquired { get; set; }

        public int Ended { get; set; }

        public int Failures { get; set; }

        public int Refused { get; set; }

        public Durations Acquire { get; } = new();

        public Durations Release { get; } = new();

        public Durations Hold { get; } = new();

        public TrendPoint Point() => new(
            At, Active, Acquired, Ended, Failures, Refused, Acquire.At(0.5), Acquire.At(0.99), Release.At(0.5), Release.At(0.99), Hold.At(0.5), Hold.At(0.99));
    }

    /// <summary>Keeps up to 1000 durations of a minute. If there are more, it keeps a random sample in which each has the same chance.</summary>
    private sealed class Durations
    {
        private const int Kept = 1000;
        private readonly List<double> _values = [];
        private int _seen;

        public void Add(double value)
        {
            _seen++;
            if (_values.Count < Kept)
            {
                _values.Add(value);
            }
            else if (Random.Shared.Next(_seen) is < Kept and var place)
            {
                _values[place] = value;
            }
        }

        public double? At(double share)
        {
            if (_values.Count == 0)
            {
                return null;
            }

            var sorted = _values.Order().ToList();
            return Math.Round(sorted[(int)Math.Ceiling(share * sorted.Count) - 1], 4);
        }
    }
}
