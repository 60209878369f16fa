using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Counts the connections that the server has refused because it had as many as it may have. The server's own metrics have the same
/// figure, as <c>kestrel.rejected_connections</c>; this one can be asked, by an alert for one.
/// </summary>
public sealed partial class RefusedConnections(IMeterFactory meters, ReachedLimits limits, TimeProvider clock, ILogger<RefusedConnections> logger) : IHostedService, IDisposable
{
    private const string Instrument = "kestrel.rejected_connections";
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly MeterListener _listener = new();
    private long _count, _last, _logged;

    /// <summary>Since the start.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Whether a connection was refused within this time.</summary>
    public bool AnyWithin(TimeSpan time) =>
        Interlocked.Read(ref _last) is > 0 and var last && clock.GetElapsedTime(last) <= time;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == Instrument && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, refused, _, _) => Add(refused));
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    private void Add(long refused)
    {
        var now = clock.GetTimestamp();
        var total = Interlocked.Add(ref _count, refused);
        Interlocked.Exchange(ref _last, now);
        limits.Count("connections");
        var logged = Interlocked.Read(ref _logged);
        if ((logged == 0 || clock.GetElapsedTime(logged, now) > s_quiet) && Interlocked.CompareExchange(ref _logged, now, logged) == logged)
        {
            LogRefused(total, ServerLimits.Connections);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Connections are refused, {Total} since the start: there are as many as {Limit} at a time")]
    private partial void LogRefused(long total, long limit);
}
