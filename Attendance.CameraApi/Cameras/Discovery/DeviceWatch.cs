using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// Looks at the attached devices when a signal says that one may have come or gone, and also at intervals in case a signal was missed.
/// It reports cameras that were attached or detached as events.
/// </summary>
internal sealed partial class DeviceWatch(
    AttachedDevices devices, CameraCatalog catalog, CameraEvents events, TimeProvider clock, ILogger<DeviceWatch> logger) : BackgroundService
{
    /// <summary>
    /// How long to wait for further signals. One webcam creates several nodes, and udev changes the owner and mode of each.
    /// </summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_longestSettling = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private HashSet<string> _present = [];

    public override Task StartAsync(CancellationToken cancellationToken) =>
        OperatingSystem.IsLinux() ? base.StartAsync(cancellationToken) : Task.CompletedTask; // discovery works on Linux only

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // a slow device must not delay the start of the node
        using var signals = NodeSignals.TryWatch();
        using var watch = devices.Watch();
        LogWatching(signals?.Name ?? "a look every 5 s");
        await WatchAsync(signals, stoppingToken);
    }

    internal async Task WatchAsync(IDeviceSignals? signals, CancellationToken stoppingToken)
    {
        _present = Present();
        devices.Look(out var isComplete); // finds what has changed since the watch began
        for (var retry = s_firstRetry; !stoppingToken.IsCancellationRequested;)
        {
            Compare();
            var most = signals is null ? s_poll : s_longest;
            retry = isComplete ? s_firstRetry : retry * 2;
            signals = await SettleAsync(signals, isComplete || retry > most ? most : retry, stoppingToken);
            devices.Look(out isComplete);
        }
    }

    /// <summary>Waits for the next signal and for those that follow closely, or until <paramref name="most"/> has passed.</summary>
    /// <returns>The signals; null if they have failed, so that only the intervals are left.</returns>
    private async Task<IDeviceSignals?> SettleAsync(IDeviceSignals? signals, TimeSpan most, CancellationToken stoppingToken)
    {
        try
        {
            if (!await IsSignalledAsync(signals, most, stoppingToken))
            {
                return signals;
            }

            var first = clock.GetTimestamp();
            while (clock.GetElapsedTime(first) < s_longestSettling && await IsSignalledAsync(signals, s_settling, stoppingToken))
            {
            }
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogSignalsLost(exception);
            return null;
        }

        return signals;
    }

    private async Task<bool> IsSignalledAsync(IDeviceSignals? signals, TimeSpan most, CancellationToken stoppingToken)
    {
        using var patience = new CancellationTokenSource(most, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stoppingToken);
        try
        {
            await (signals?.WaitAsync(either.Token) ?? Task.Delay(Timeout.InfiniteTimeSpan, clock, either.Token));
            return true;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Compare()
    {
        var now = Present();
        foreach (var cameraId in now.Except(_present))
        {
            events.Tell(CameraEventType.CameraAttached, cameraId);
            LogAttached(cameraId);
        }

        foreach (var cameraId in _present.Except(now))
        {
            events.Tell(CameraEventType.CameraDetached, cameraId);
            LogDetached(cameraId);
        }

        _present = now;
    }

    private HashSet<string> Present() =>
        [.. catalog.List().Where(entry => entry.IsPresent && entry.Camera.Source.Kind == CameraKind.Device).Select(entry => entry.Camera.Id)];

    [LoggerMessage(LogLevel.Information, "Attached cameras are watched by {Signals}")]
    private partial void LogWatching(string signals);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is attached")]
    private partial void LogAttached(string cameraId);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} is no longer attached")]
    private partial void LogDetached(string cameraId);

    [LoggerMessage(LogLevel.Warning, "The system no longer reports attached cameras; they are polled every 5 s")]
    private partial void LogSignalsLost(Exception exception);
}
