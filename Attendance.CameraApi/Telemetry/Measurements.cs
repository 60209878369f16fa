using System.Diagnostics.Metrics;

namespace Attendance.CameraApi.Telemetry;

/// <param name="Instrument">Without the prefix that all of ours have.</param>
/// <param name="Tag">How an acquisition came out, how a session was lost, or which limit was reached.</param>
internal readonly record struct Measurement(string Instrument, double Value, string? CameraId, string? Tag);

/// <summary>What this API measures of itself, heard where it is measured, so that what ops are shown and warned of is what is exported.</summary>
internal sealed class Measurements : IDisposable
{
    private const string Prefix = "attendance.";
    private static readonly string[] s_tags = [TelemetryAttributes.LeaseOutcome, TelemetryAttributes.LossReason, TelemetryAttributes.Limit];

    private readonly MeterListener _listener = new();

    public Measurements(IMeterFactory meters)
    {
        // A meter belongs to the factory of its host: another host of the same process has meters of the same name.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == CameraApiActivity.Name && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument, instrument.Name[Prefix.Length..]);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, name) => Hear((string)name!, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, name) => Hear((string)name!, value, tags));
        _listener.Start();
    }

    /// <summary>On the thread that measures: who listens must not wait for anything.</summary>
    public event Action<Measurement>? Measured;

    public void Dispose() => _listener.Dispose();

    private void Hear(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? cameraId = null, kind = null;
        foreach (var (name, tag) in tags)
        {
            if (name == TelemetryAttributes.CameraId)
            {
                cameraId = tag as string;
            }
            else if (Array.IndexOf(s_tags, name) >= 0)
            {
                kind = tag as string;
            }
        }

        Measured?.Invoke(new Measurement(instrument, value, cameraId, kind));
    }
}
