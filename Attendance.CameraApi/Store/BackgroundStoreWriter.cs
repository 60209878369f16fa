using System.Threading.Channels;
using Attendance.ServiceDefaults;
using StackExchange.Redis;

namespace Attendance.CameraApi.Store;

/// <summary>
/// Writes values to the store that people read and nothing else depends on. They are written in order and in the background. If the
/// store is unavailable, they are written as soon as it is back.
/// </summary>
internal sealed partial class BackgroundStoreWriter(StoreConnection store, ReachedLimits limits, TimeProvider clock, ILogger<BackgroundStoreWriter> logger) : BackgroundService
{
    /// <summary>The most writes that can wait. Beyond that, the oldest are lost.</summary>
    private const int Backlog = 2000;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Channel<(string Operation, Func<IDatabase, Task> Write)> _queue = Channel.CreateBounded<(string, Func<IDatabase, Task>)>(
        new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => limits.Count("store_writes"));

    private readonly RepeatedFailure _refusal = new();

    /// <summary>The write that is in progress or waits for the store.</summary>
    private (string Operation, Func<IDatabase, Task> Write)? _next;

    public void Add(string operation, Func<IDatabase, Task> write) => _queue.Writer.TryWrite((operation, write));

    /// <summary>Adds a value to the head of a list that keeps only its newest values.</summary>
    public void AddToList(string operation, RedisKey list, RedisValue value, int kept) => Add(operation, async database =>
    {
        await database.ListLeftPushAsync(list, value);
        await database.ListTrimAsync(list, 0, kept - 1);
    });

    /// <summary>Writes what is still queued when the node stops, if the store answers.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        while (_next is { } next ? await TryAsync(next.Operation, next.Write) : _queue.Reader.Count > 0)
        {
            _next = _queue.Reader.TryRead(out var one) ? one : null;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var next in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            _next = next;
            while (!await TryAsync(next.Operation, next.Write))
            {
                await Task.Delay(s_pause, clock, stoppingToken);
            }

            _next = null;
        }
    }

    /// <returns>False if the store does not answer. A write that the store refuses returns true, because it is not retried.</returns>
    private async Task<bool> TryAsync(string operation, Func<IDatabase, Task> write)
    {
        try
        {
            await store.AskAsync(operation, async database =>
            {
                await write(database);
                return true;
            });
            _refusal.IsOver();
            return true;
        }
        catch (StoreUnavailableException exception) when (exception.InnerException is RedisServerException refused
            && !refused.Message.StartsWith("LOADING", StringComparison.Ordinal) && !refused.Message.StartsWith("READONLY", StringComparison.Ordinal)
            && !refused.Message.StartsWith("OOM", StringComparison.Ordinal) && !refused.Message.StartsWith("MISCONF", StringComparison.Ordinal))
        {
            if (_refusal.IsNew($"{operation}: {refused.Message}"))
            {
                LogRefused(operation, refused.Message);
            }

            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "The session store rejected '{Operation}'; it is not retried: {Error}")]
    private partial void LogRefused(string operation, string error);
}
