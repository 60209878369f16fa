using System.Diagnostics;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

/// <summary>Asks the session store: in bounded time, measured, and with one kind of failure.</summary>
internal sealed class StoreConnection(IConnectionMultiplexer redis, IOptions<LeaseOptions> options, TimeProvider clock, StoreMetrics metrics)
{
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
            return await ask(redis.GetDatabase()).WaitAsync(options.Value.StoreTimeout, clock);
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
}

internal sealed class StoreUnavailableException(Exception inner) : Exception("The session store does not answer.", inner);
