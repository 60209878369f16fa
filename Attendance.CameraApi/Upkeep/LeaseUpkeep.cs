using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Upkeep;

/// <summary>
/// Keeps node and store in step: at the start, then every second for what is due, and every three seconds for everything. Frees
/// all cameras at shutdown.
/// </summary>
internal sealed partial class LeaseUpkeep(
    CameraLeases leases,
    Reconciliation reconciliation,
    LeakSweeper leaks,
    UnconfirmedReleases pending,
    INodeName name,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<LeaseUpkeep> logger)
    : BackgroundService, IHostedLifecycleService
{
    private const int TicksBetweenComparisons = 3;
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);
    private readonly RepeatedFailure _failure = new();
    private bool _recovered;

    /// <summary>Whether the store did not answer when it was last asked, a second ago.</summary>
    public bool StoreIsAway => StoreAwaySince is not null;

    /// <summary>Clock timestamp of when the store stopped answering; null while it answers.</summary>
    public long? StoreAwaySince { get; private set; }

    /// <summary>Closes all leases before the server stops, because the server waits for its viewers.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => leases.CloseAsync();

    /// <summary>Claims the node's name before anything of this node starts.</summary>
    /// <exception cref="NodeNameTakenException">Another live process owns the name, so this node must not start.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await name.ClaimAsync(cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // The name is claimed again before anything is done in the store.
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before any lease is granted, deals with the workers and the store entries that an earlier run left.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await leaks.EndOrphansAsync(cancellationToken);
        await AskStoreAsync(compare: false, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_tick, clock);
        for (var tick = 1; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            try
            {
                await AskStoreAsync(compare: tick % TicksBetweenComparisons == 0, stoppingToken);
                if (_failure.IsOver())
                {
                    LogWell();
                }
            }
            catch (NodeNameTakenException taken)
            {
                LogGivesWay(taken.Message);
                Environment.ExitCode = 1;
                lifetime.StopApplication();
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The next tick tries again: nothing may end this loop but the end of the node.
                if (_failure.IsNew(exception))
                {
                    LogFailed(exception);
                }
            }
        }
    }

    private async Task AskStoreAsync(bool compare, CancellationToken cancellationToken)
    {
        try
        {
            await name.ClaimAsync(cancellationToken);
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
                StoreAwaySince = null;
                LogStoreBack();
            }
        }
        catch (StoreUnavailableException exception)
        {
            if (!StoreIsAway)
            {
                StoreAwaySince = clock.GetTimestamp();
                LogStoreAway(exception.InnerException?.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The session store does not answer. No camera is granted; held cameras are kept until their deadlines: {Error}")]
    private partial void LogStoreAway(string? error);

    [LoggerMessage(LogLevel.Information, "The session store answers again")]
    private partial void LogStoreBack();

    [LoggerMessage(LogLevel.Critical, "This node releases its cameras and stops: {Error}")]
    private partial void LogGivesWay(string error);

    [LoggerMessage(LogLevel.Error, "Comparing this node with the session store failed; it is retried every second")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Information, "Comparing this node with the session store works again")]
    private partial void LogWell();
}
