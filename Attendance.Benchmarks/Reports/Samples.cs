using System.Globalization;

namespace Attendance.Benchmarks.Reports;

/// <summary>Measured durations and their statistics.</summary>
internal sealed class Samples
{
    private readonly List<TimeSpan> _values;
    private bool _sorted;

    public Samples(params IEnumerable<TimeSpan> values) => _values = [.. values];

    public int Count => _values.Count;

    public IEnumerable<TimeSpan> Values => _values;

    public TimeSpan Median => Percentile(50);

    public TimeSpan P99 => Percentile(99);

    public void Add(TimeSpan value)
    {
        _values.Add(value);
        _sorted = false;
    }

    /// <summary>Returns a percentile by nearest rank, so it is a value that was measured. With few samples, p99 is the slowest.</summary>
    public TimeSpan Percentile(double percent)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        if (_values.Count == 0)
        {
            throw new InvalidOperationException("Nothing was measured.");
        }

        if (!_sorted)
        {
            _values.Sort();
            _sorted = true;
        }

        return _values[Math.Max(0, (int)Math.Ceiling(percent / 100 * _values.Count) - 1)];
    }

    /// <summary>Formats a duration in milliseconds, with three significant digits.</summary>
    public static string Milliseconds(TimeSpan value) => Figure(value.TotalMilliseconds);

    /// <summary>Formats a number with three significant digits and without an exponent.</summary>
    public static string Figure(double value)
    {
        var digits = value == 0 ? 0 : 2 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return Math.Round(value, Math.Clamp(digits, 0, 6)).ToString(value < 1000 ? "0.######" : "N0", CultureInfo.InvariantCulture);
    }
}
