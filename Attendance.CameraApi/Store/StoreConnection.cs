using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Store;

/// <summary>Sends requests to the session store. Every request takes a bounded time, is measured, and fails with one type of exception.</summary>
internal sealed partial class StoreConnection(
    IConnectionMultiplexer redis, IOptions<StoreOptions> options, TimeProvider clock, StoreMetrics metrics, ILogger<StoreConnection> logger)
{
    /// <summary>The kinds of values that were already logged as unreadable.</summary>
    private readonly ConcurrentDictionary<string, bool> _unreadable = new();

    /// <exception cref="StoreUnavailableException">The store does not answer, or not in time. It may have carried out the request.</exception>
    public async Task<T> AskAsync<T>(string operation, Func<IDatabase, Task<T>> ask)
    {
        using var activity = CameraApiActivity.Source.HasListeners()
            ? CameraApiActivity.Source.StartActivity(SpanNames.Store + operation, ActivityKind.Client)
            : null;
        var started = clock.GetTimestamp();
        var outcome = "ok";
        try
        {
            // The client checks its own timeouts only about once a second, but a caller is promised an answer sooner.
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
    /// Reads values that are kept as JSON, each by itself, so that an unreadable value, from another version or edited by hand, does not
    /// affect the others. An unreadable value is skipped and counted, and each kind is logged once.
    /// </summary>
    /// <param name="what">The name of the operation that returned them.</param>
    /// <param name="values">The values as the store returned them.</param>
    public IReadOnlyList<T> ReadAll<T>(string what, IEnumerable<RedisValue> values) where T : class => [.. values.Select(value => Read<T>(what, value)).OfType<T>()];

    /// <returns>The value, or null if it cannot be read or lacks a required property.</returns>
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
            // Treated like a missing value.
        }

        metrics.Unreadable(what);
        if (_unreadable.TryAdd(what, true))
        {
            LogUnreadable(what);
        }

        return null;
    }

    [LoggerMessage(LogLevel.Error, "The session store holds a value of '{What}' that cannot be read. It is skipped; later ones are skipped without a message")]
    private partial void LogUnreadable(string what);
}

internal sealed class StoreUnavailableException(Exception inner) : Exception("The session store does not answer.", inner);
