using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Store;

/// <summary>Asks the session store: in bounded time, measured, and with one kind of failure.</summary>
internal sealed partial class StoreConnection(
    IConnectionMultiplexer redis, IOptions<StoreOptions> options, TimeProvider clock, StoreMetrics metrics, ILogger<StoreConnection> logger)
{
    /// <summary>What has been logged as unreadable.</summary>
    private readonly ConcurrentDictionary<string, bool> _unreadable = new();

    /// <exception cref="StoreUnavailableException">It does not answer, or not in time. It may have done what it was asked.</exception>
    public async Task<T> AskAsync<T>(string operation, Func<IDatabase, Task<T>> ask)
    {
        using var activity = CameraApiActivity.Source.HasListeners()
            ? CameraApiActivity.Source.StartActivity(SpanNames.Store + operation, ActivityKind.Client)
            : null;
        var started = clock.GetTimestamp();
        var outcome = "ok";
        try
        {
            // The client's own time-outs are looked at about once a second; a caller is promised an answer sooner.
            return await ask(redis.GetDatabase()).WaitAsync(options.Value.Timeout, clock);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            outcome = "unavailable";
            activity.Failed(exception.GetType().Name);
            throw new StoreUnavailableException(exception);
        }
        finally
        {
            metrics.Asked(operation, outcome, clock.GetElapsedTime(started));
        }
    }

    /// <summary>
    /// Reads values that are kept as JSON, each by itself: one that another version has written, or somebody by hand, hides no other. It is
    /// passed over, counted and logged once.
    /// </summary>
    /// <param name="what">As the operation that they came by is called.</param>
    /// <param name="values">As they came.</param>
    public IReadOnlyList<T> ReadAll<T>(string what, IEnumerable<RedisValue> values) where T : class => [.. values.Select(value => Read<T>(what, value)).OfType<T>()];

    /// <returns>Null for one that cannot be read, or lacks what it must have.</returns>
    public T? Read<T>(string what, RedisValue value) where T : class
    {
        try
        {
            if (JsonSerializer.Deserialize<T>(value.ToString(), WireJson.Kept) is { } read)
            {
                return read;
            }
        }
        catch (JsonException)
        {
            // As one that is missing.
        }

        metrics.Unreadable(what);
        if (_unreadable.TryAdd(what, true))
        {
            LogUnreadable(what);
        }

        return null;
    }

    [LoggerMessage(LogLevel.Error, "The store has a value among '{What}' that cannot be read. It is passed over, and so are others of this kind")]
    private partial void LogUnreadable(string what);
}

internal sealed class StoreUnavailableException(Exception inner) : Exception("The session store does not answer.", inner);
