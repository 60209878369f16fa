namespace Attendance.LocalHosting.Dashboard.Telemetry;

/// <summary>What was measured up to one moment: a value, or how many values fell into which bucket.</summary>
/// <param name="At">Milliseconds since 1970.</param>
/// <param name="Buckets">One more than bounds; empty for a value.</param>
internal sealed record MetricPoint(double At, double Value, IReadOnlyList<double> Bounds, IReadOnlyList<ulong> Buckets)
{
    public static MetricPoint Of(double at, double value) => new(at, value, [], []);

    /// <summary>What has been added since an earlier point; all of it where counting began anew meanwhile.</summary>
    public MetricPoint Since(MetricPoint? earlier) =>
        earlier is null || !earlier.Bounds.SequenceEqual(Bounds) || Buckets.Zip(earlier.Buckets).Any(pair => pair.First < pair.Second)
            ? this
            : this with { Buckets = [.. Buckets.Zip(earlier.Buckets, (now, before) => now - before)] };

    public MetricPoint Plus(MetricPoint? earlier) => this with
    {
        Value = Value + (earlier?.Value ?? 0),
        Buckets = earlier is not null && earlier.Bounds.SequenceEqual(Bounds) ? [.. Buckets.Zip(earlier.Buckets, (more, before) => more + before)] : Buckets,
    };

    /// <summary>
    /// The value that the share of all values does not exceed, as far as buckets tell: in a straight line within its bucket. What
    /// lies above every bound is only known to be that much. Null where nothing was counted.
    /// </summary>
    public double? Percentile(double share)
    {
        var total = Buckets.Aggregate(0UL, (sum, count) => sum + count);
        if (total == 0 || Bounds.Count == 0)
        {
            return null;
        }

        var (wanted, below) = (share * total, 0.0);
        for (var i = 0; i < Bounds.Count; i++)
        {
            if (Buckets[i] > 0 && below + Buckets[i] >= wanted)
            {
                var from = i == 0 ? Math.Min(0, Bounds[0]) : Bounds[i - 1];
                return from + ((Bounds[i] - from) * (wanted - below) / Buckets[i]);
            }

            below += Buckets[i];
        }

        return Bounds[^1];
    }
}
