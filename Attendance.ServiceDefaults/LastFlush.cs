using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Sends the remaining traces, metrics and logs after everything else in the host has stopped, and gives up after half a second. Otherwise
/// a collector that hangs or is down would delay the end of the process by its timeouts and retries, one signal after the other.
/// </summary>
/// <param name="traces">
/// Requested here so that this class is disposed before the providers, which wait for seconds when they are disposed.
/// </param>
internal sealed class LastFlush(TracerProvider traces, MeterProvider metrics, LoggerProvider logs) : IHostedLifecycleService, IDisposable
{
    private const int BoundMilliseconds = 500;

    /// <summary>
    /// How much longer a shutdown may take on a busy machine. A provider that is disposed in the middle of a shutdown throws an exception.
    /// </summary>
    private static readonly TimeSpan s_overrun = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private Thread[]? _all;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs last, because this service was registered first and services are stopped in reverse order.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(Flush, CancellationToken.None);

    /// <summary>
    /// Flushes if the host did not start and so does not stop. Also makes sure that no provider is disposed while it shuts down.
    /// </summary>
    public void Dispose()
    {
        Flush();
        foreach (var one in Begin())
        {
            one.Join(s_overrun);
        }
    }

    private void Flush()
    {
        var end = Environment.TickCount64 + BoundMilliseconds;
        foreach (var one in Begin())
        {
            one.Join((int)Math.Max(0, end - Environment.TickCount64));
        }
    }

    /// <summary>Starts the shutdown threads once. A second call, even at the same time, gets the threads of the first.</summary>
    private Thread[] Begin()
    {
        lock (_gate)
        {
            return _all ??=
            [
                Start(() => traces.Shutdown(BoundMilliseconds)),
                Start(() => metrics.Shutdown(BoundMilliseconds)),
                Start(() => logs.Shutdown(BoundMilliseconds)),
            ];
        }

        static Thread Start(ThreadStart shutdown)
        {
            var thread = new Thread(shutdown) { IsBackground = true }; // background threads, so that a hanging one does not keep the process alive
            thread.Start();
            return thread;
        }
    }
}
