using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Sends what is left of traces, metrics and logs when everything else of the host has stopped, and gives up after half a second. A
/// collector that hangs or is gone would otherwise hold the process up by its time-outs and retries, one signal after the other.
/// </summary>
/// <param name="traces">Asked for here so that this is disposed of before the providers are, which wait for seconds.</param>
internal sealed class LastFlush(TracerProvider traces, MeterProvider metrics, LoggerProvider logs) : IHostedLifecycleService, IDisposable
{
    private const int BoundMilliseconds = 500;

    /// <summary>A shutdown keeps to its bound but for a busy machine; a provider that is disposed of in the middle of it throws.</summary>
    private static readonly TimeSpan s_overrun = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private Thread[]? _all;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes last of all: it was registered first, and services are told in the opposite order.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(Flush, CancellationToken.None);

    /// <summary>Flushes for a host that did not start, and so does not stop; and lets no provider be disposed of while it shuts down.</summary>
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

    /// <summary>Once: whoever comes second, maybe at the same time, gets the threads that were started for the first.</summary>
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
            var thread = new Thread(shutdown) { IsBackground = true }; // nor does one that is stuck keep the process
            thread.Start();
            return thread;
        }
    }
}
