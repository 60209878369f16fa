using Attendance.CameraApi.Events;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Upkeep;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Alerts;

/// <summary>
/// Keeps the open alerts up to date. It looks for problems every second and searches for leaks every two seconds. Events
/// report leaks that are over before the next look.
/// </summary>
internal sealed partial class AlertWatch : BackgroundService
{
    private const int TicksBetweenSearches = 2; // some leaks must be seen twice, which takes at most 4 s; every leak must be found within 5 s
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly OpenAlerts _openAlerts;
    private readonly AlertStore _store;
    private readonly AlertEvents _told;
    private readonly AlertConditions _conditions;
    private readonly LeakSweeper _search;
    private readonly OpenLeaks _leaks;
    private readonly CameraEvents.Listener _events;
    private readonly TimeProvider _clock;
    private readonly ILogger<AlertWatch> _logger;
    private readonly RepeatedFailure _failure = new();
    private bool _hasRemembered;

    public AlertWatch(
        OpenAlerts openAlerts,
        AlertStore store,
        AlertEvents told,
        AlertConditions conditions,
        LeakSweeper search,
        OpenLeaks leaks,
        CameraEvents events,
        TimeProvider clock,
        ILogger<AlertWatch> logger)
    {
        (_openAlerts, _store, _told, _conditions, _search, _leaks, _clock, _logger) = (openAlerts, store, told, conditions, search, leaks, clock, logger);
        _events = events.Listen(); // so that it listens before any part of the node starts
    }

    public override void Dispose()
    {
        _events.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(LookAsync(stoppingToken), HearAsync(stoppingToken));

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_tick, _clock);
        for (var tick = 1; await timer.WaitForNextTickAsync(cancellationToken); tick++)
        {
            try
            {
                if (tick % TicksBetweenSearches == 0)
                {
                    _search.SearchLeases();
                    await _search.SearchWorkersAsync(cancellationToken);
                }

                foreach (var finding in _conditions.Find())
                {
                    _openAlerts.Report(finding);
                }

                foreach (var (_, cameraId) in _leaks.Open)
                {
                    _openAlerts.Refresh(AlertRule.Leak, cameraId); // it was reported when it was found
                }

                _openAlerts.ResolveQuiet();
                await RememberAsync();
                if (_failure.IsOver())
                {
                    LogWell();
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The next tick tries again. Only the shutdown of the node may end this loop.
                if (_failure.IsNew(exception))
                {
                    LogFailed(exception);
                }
            }
        }
    }

    private async Task HearAsync(CancellationToken cancellationToken)
    {
        await foreach (var told in _events.ReadAllAsync(cancellationToken))
        {
            if (told.Type == CameraEventType.LeakFound && Leaks.Parse(told.Detail) is { } kind)
            {
                _openAlerts.Report(AlertConditions.OfLeak(kind, told.CameraId), isNew: true);
            }
        }
    }

    /// <summary>
    /// Takes over, once, as soon as the store answers, the alerts that an earlier run left open, so that they do not stay open forever.
    /// </summary>
    private async Task RememberAsync()
    {
        if (_hasRemembered)
        {
            return;
        }

        try
        {
            var left = await _store.ReadUnresolvedAsync();
            _hasRemembered = true;
            var own = _openAlerts.Open.Select(alert => alert.Id).ToHashSet();
            var others = left.Where(alert => !own.Contains(alert.Id)).ToList();
            var over = _openAlerts.Remember(others);
            foreach (var alert in others.Except(over))
            {
                _told.Remembered(alert);
            }

            foreach (var alert in over)
            {
                _store.Keep(alert with { State = AlertState.Resolved, ResolvedAt = _clock.GetUtcNow().UtcDateTime });
            }
        }
        catch (StoreUnavailableException)
        {
            // the next tick tries again
        }
    }

    [LoggerMessage(LogLevel.Error, "The check for leaks and alerts failed; it is retried every second")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Information, "The check for leaks and alerts works again")]
    private partial void LogWell();
}
