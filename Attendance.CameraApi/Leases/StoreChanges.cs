using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Acquisitions and releases of one scope, on their way to the store: what comes while others are under way goes together, as one script,
/// in the order in which it came. Who is alone is sent at once.
/// </summary>
internal sealed class StoreChanges(RedisKey deadlines)
{
    /// <summary>So that the store works on one while the answers to another are dealt with.</summary>
    private const int MaxUnderWay = 3;

    /// <summary>The store does nothing else meanwhile: less than two tenths of a millisecond.</summary>
    private const int MaxTogether = 24;

    private readonly Lock _gate = new();
    private readonly Lock _sending = new();
    private readonly Queue<StoreChange> _queued = new();
    private int _underWay;

    /// <returns>The reply to this one.</returns>
    public Task<RedisResult> RunAsync(IDatabase database, StoreChange change)
    {
        lock (_gate)
        {
            if (_underWay == MaxUnderWay)
            {
                _queued.Enqueue(change);
                return change.Reply;
            }

            _underWay++;
        }

        return SendAloneAsync(database, change);
    }

    /// <summary>And then what has come meanwhile: that goes out before this one's caller goes on.</summary>
    private async Task<RedisResult> SendAloneAsync(IDatabase database, StoreChange change)
    {
        try
        {
            Task<RedisResult> running;
            lock (_sending)
            {
                running = Send(database, [change]);
            }

            var reply = await running;
            return StoreChange.Refusal(reply) is { } refusal ? throw refusal : reply;
        }
        finally
        {
            _ = SendAsync(database);
        }
    }

    private async Task SendAsync(IDatabase database)
    {
        while (TrySend(database, out var together) is { } running)
        {
            try
            {
                var reply = await running;
                for (var at = 0; at < together.Count; at++)
                {
                    together[at].Answer(together.Count == 1 ? reply : reply[at]);
                }
            }
            catch (Exception exception)
            {
                together.ForEach(change => change.Fail(exception));
            }
        }
    }

    /// <summary>One at a time, or what was taken first might be sent second. Nothing is waited for here but the connection's buffer.</summary>
    private Task<RedisResult>? TrySend(IDatabase database, out List<StoreChange> together)
    {
        lock (_sending)
        {
            together = Take();
            return together.Count > 0 ? Send(database, together) : null;
        }
    }

    private Task<RedisResult> Send(IDatabase database, List<StoreChange> together) =>
        LuaScript.Change.RunAsync(database, Keys(together), Arguments(together));

    /// <returns>Nothing when there is nothing to send; this way to the store is free for the next then.</returns>
    private List<StoreChange> Take()
    {
        lock (_gate)
        {
            var together = new List<StoreChange>(Math.Min(_queued.Count, MaxTogether));
            while (together.Count < MaxTogether && _queued.TryDequeue(out var change))
            {
                if (change.TrySend())
                {
                    together.Add(change);
                }
            }

            _underWay -= together.Count > 0 ? 0 : 1;
            return together;
        }
    }

    private RedisKey[] Keys(List<StoreChange> together)
    {
        var keys = new RedisKey[1 + together.Count * 2];
        keys[0] = deadlines;
        for (var at = 0; at < together.Count; at++)
        {
            (keys[at * 2 + 1], keys[at * 2 + 2]) = (together[at].Camera, together[at].Ledger);
        }

        return keys;
    }

    private static RedisValue[] Arguments(List<StoreChange> together)
    {
        var values = new RedisValue[together.Count * StoreChange.ArgumentCount];
        for (var at = 0; at < together.Count; at++)
        {
            together[at].CopyTo(values.AsSpan(at * StoreChange.ArgumentCount));
        }

        return values;
    }
}

/// <summary>One acquisition or release. What its caller has given up before it was sent, is never sent.</summary>
internal sealed class StoreChange(RedisKey camera, RedisKey ledger, string what, string cameraId, RedisValue first, RedisValue second, RedisValue third)
{
    public const int ArgumentCount = 5;

    private readonly TaskCompletionSource<RedisResult> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isTaken;

    public RedisKey Camera => camera;

    public RedisKey Ledger => ledger;

    public Task<RedisResult> Reply => _reply.Task;

    /// <returns><see langword="false"/> when it was given up.</returns>
    public bool TrySend() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>Nobody waits for it any more. Without effect on what was sent.</summary>
    public void GiveUp() => TrySend();

    public void CopyTo(Span<RedisValue> arguments) =>
        (arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]) = (what, cameraId, first, second, third);

    public void Answer(RedisResult reply)
    {
        if (Refusal(reply) is { } refusal)
        {
            Fail(refusal);
        }
        else
        {
            _reply.TrySetResult(reply);
        }
    }

    /// <returns>Why the store refused this one; null when it did not.</returns>
    public static RedisException? Refusal(RedisResult reply) =>
        reply is { Resp2Type: ResultType.Array, Length: 1 } ? new RedisException((string)reply[0]!) : null;

    public void Fail(Exception exception)
    {
        _reply.TrySetException(exception);
        _ = _reply.Task.Exception; // seen: its caller may have given up
    }
}
