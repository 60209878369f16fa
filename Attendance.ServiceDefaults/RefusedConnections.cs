using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Listens to <c>kestrel.rejected_connections</c>, the metric of connections that the server refused because its limit was reached. Reports
/// them to <see cref="ReachedLimits"/> and, once a minute at most, to the log.
/// </summary>
public sealed partial class RefusedConnections(IMeterFactory meters, ReachedLimits limits, TimeProvider clock, ILogger<RefusedConnections> logger) : IHostedService, IDisposable
{
    private const string Instrument = "kestrel.rejected_connections";
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly MeterListener _listener = new();
    private long _count, _logged;

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
        limits.Count("connections");
        var logged = Interlocked.Read(ref _logged);
        if ((logged == 0 || clock.GetElapsedTime(logged, now) > s_quiet) && Interlocked.CompareExchange(ref _logged, now, logged) == logged)
        {
            LogRefused(total, ServerLimits.Connections);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Connections are refused ({Total} since the start): the limit of {Limit} open connections is reached")]
    private partial void LogRefused(long total, long limit);
}
