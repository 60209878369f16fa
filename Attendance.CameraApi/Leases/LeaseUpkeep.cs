using Attendance.CameraApi.Alerts;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Drives what keeps node and store in step: at the start, every second what is due, every five seconds everything; and
/// at the end, frees all cameras.
/// </summary>
internal sealed partial class LeaseUpkeep(
    CameraLeases leases, Reconciliation reconciliation, LeakSearch leaks, PendingReleases pending, TimeProvider clock, ILogger<LeaseUpkeep> logger)
    : BackgroundService, IHostedLifecycleService
{
    private const int TicksBetweenComparisons = 5;
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);
    private bool _recovered;

    /// <summary>It did not answer when it was asked last, a second ago.</summary>
    public bool StoreIsAway { get; private set; }

    /// <summary>Before the server stops, which waits for its viewers.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => leases.CloseAsync();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before anything is granted: what an earlier run left open, and what it left in the store.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await leaks.EndOrphansAsync(cancellationToken);
        await AskStoreAsync(compare: false);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_tick, clock);
        for (var tick = 1; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            try
            {
                await AskStoreAsync(compare: tick % TicksBetweenComparisons == 0);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception); // the next tick tries again: nothing may end this loop but the end of the node
            }
        }
    }

    private async Task AskStoreAsync(bool compare)
    {
        try
        {
            await pending.FlushAsync();
            if (!_recovered)
            {
                await reconciliation.RecoverAsync();
                _recovered = true;
            }

            await reconciliation.EndOverdueAsync();
            if (compare)
            {
                await reconciliation.CompareWithStoreAsync();
            }

            if (StoreIsAway)
            {
                StoreIsAway = false;
                LogStoreBack();
            }
        }
        catch (StoreUnavailableException exception)
        {
            if (!StoreIsAway)
            {
                StoreIsAway = true;
                LogStoreAway(exception.InnerException?.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The session store does not answer; nothing is granted, what is held stays until its deadline: {Error}")]
    private partial void LogStoreAway(string? error);

    [LoggerMessage(LogLevel.Information, "The session store answers again")]
    private partial void LogStoreBack();

    [LoggerMessage(LogLevel.Error, "Node and store could not be compared")]
    private partial void LogFailed(Exception exception);
}
