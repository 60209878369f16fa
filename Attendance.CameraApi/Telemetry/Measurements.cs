using System.Diagnostics.Metrics;

namespace Attendance.CameraApi.Telemetry;

/// <param name="Instrument">The instrument's name without the prefix <c>attendance.</c>.</param>
/// <param name="Tag">The outcome of an acquisition, the reason a session was lost, or the limit that was reached.</param>
internal readonly record struct Measurement(string Instrument, double Value, string? CameraId, string? Tag);

/// <summary>Passes on the measurements of this API's own instruments, so that ops see and are alerted by the same values that are exported.</summary>
internal sealed class Measurements : IDisposable
{
    private const string Prefix = "attendance.";
    private static readonly string[] s_tags = [TelemetryAttributes.LeaseOutcome, TelemetryAttributes.LossReason, TelemetryAttributes.Limit];

    private readonly MeterListener _listener = new();

    public Measurements(IMeterFactory meters)
    {
        // The meter must belong to this host's factory, because another host in the same process has meters with the same name.
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

    /// <summary>Raised on the thread that measures. Handlers must not block.</summary>
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
