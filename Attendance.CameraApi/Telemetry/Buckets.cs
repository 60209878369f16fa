using System.Diagnostics.Metrics;

namespace Attendance.CameraApi.Telemetry;

/// <summary>
/// Holds the upper bounds of histograms' buckets, in seconds. They are closer together around the bounds that the service promises.
/// </summary>
internal static class Buckets
{
    /// <summary>The buckets for opening and releasing a device. That takes milliseconds normally and seconds if a release is escalated.</summary>
    public static readonly InstrumentAdvice<double> Device = Of(
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15);

    public static readonly InstrumentAdvice<double> Hold = Of(
        1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800);

    public static readonly InstrumentAdvice<double> Store = Of(
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1);

    private static InstrumentAdvice<double> Of(params double[] bounds) => new() { HistogramBucketBoundaries = bounds };
}
