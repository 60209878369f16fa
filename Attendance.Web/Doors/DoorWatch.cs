using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Forwarding;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Doors;

/// <summary>
/// Runs a <see cref="DoorWatcher"/> for each door that somebody watches, in every process of Web. A camera has one recognizer,
/// so that of a door is lent to one of several processes, and another one gets it when that one is gone. No election is needed.
/// </summary>
internal sealed partial class DoorWatch(
    IServiceScopeFactory scopes, CameraBorrower borrower, DoorRecognition recognition, DoorStates states, IOptions<DoorOptions> options, TimeProvider clock, ILoggerFactory loggers)
    : BackgroundService
{
    private readonly ILogger _logger = loggers.CreateLogger<DoorWatch>();
    private readonly Dictionary<Guid, Running> _watchers = [];
    private readonly RepeatedFailure _failure = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var changed = states.Changed; // before reading, so that nothing that changes meanwhile is missed
                await TryArrangeAsync(stoppingToken);
                await Task.WhenAny(changed, Task.Delay(options.Value.LookEvery, clock, stoppingToken));
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Web stops.
        }
        finally
        {
            await EndAsync([.. _watchers.Keys]);
        }
    }

    private async Task TryArrangeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ArrangeAsync(cancellationToken);
            _failure.IsOver();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested) // whatever it is: it must not stop Web, and the watchers that run go on
        {
            if (_failure.IsNew(exception))
            {
                LogUnknown(_logger, exception.GetType().Name);
            }
        }
    }

    private async Task ArrangeAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var watched = (await scope.ServiceProvider.GetRequiredService<DoorStore>().ListAsync(cancellationToken)).Where(door => door.IsWatched).ToDictionary(door => door.Id);
        await EndAsync([.. _watchers.Keys.Where(id => !watched.ContainsKey(id))]);
        foreach (var door in watched.Values.Where(door => !_watchers.ContainsKey(door.Id)))
        {
            _watchers.Add(door.Id, Begin(door));
        }
    }

    private Running Begin(Door door)
    {
        var stop = new CancellationTokenSource();
        var watcher = new DoorWatcher(door, borrower, recognition, states, options.Value, clock, loggers.CreateLogger<DoorWatcher>());
        return new(Task.Run(() => watcher.RunAsync(stop.Token)), stop);
    }

    /// <summary>Ends watchers, and waits until their cameras are given back.</summary>
    private async Task EndAsync(IReadOnlyList<Guid> doors)
    {
        foreach (var id in doors)
        {
            await _watchers[id].Stop.CancelAsync();
        }

        foreach (var id in doors)
        {
            _watchers.Remove(id, out var ended);
            await ended!.Work;
            ended.Stop.Dispose();
        }
    }

    private sealed record Running(Task Work, CancellationTokenSource Stop);

    [LoggerMessage(LogLevel.Warning, "Which doors are watched cannot be read now, and is read again: {Error}")]
    private static partial void LogUnknown(ILogger logger, string error);
}
