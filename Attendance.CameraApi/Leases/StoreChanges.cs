using Attendance.CameraApi.Store;
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
                running = Send(database, change);
            }

            return await running;
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
                if (together is [var alone])
                {
                    alone.Answer(reply);
                    continue;
                }

                for (var at = 0; at < together.Count; at++)
                {
                    together[at].AnswerOrFail(reply[at]);
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
            return together switch
            {
                [] => null,
                [var alone] => Send(database, alone),
                _ => Send(database, together),
            };
        }
    }

    private Task<RedisResult> Send(IDatabase database, StoreChange alone) =>
        alone.Script.RunAsync(database, [deadlines, alone.Camera, alone.Ledger], alone.Arguments);

    private Task<RedisResult> Send(IDatabase database, List<StoreChange> together)
    {
        List<RedisKey> keys = [deadlines];
        List<RedisValue> values = [];
        foreach (var change in together)
        {
            keys.AddRange(change.Camera, change.Ledger);
            values.Add(change.Script.Name);
            values.AddRange(change.Arguments);
        }

        return StoreScript.Changes.RunAsync(database, [.. keys], [.. values]);
    }

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
}

/// <summary>One acquisition or release. What its caller has given up before it was sent, is never sent.</summary>
/// <param name="arguments">Of its script, four.</param>
internal sealed class StoreChange(StoreScript script, RedisKey camera, RedisKey ledger, params RedisValue[] arguments)
{
    private TaskCompletionSource<RedisResult>? _reply;
    private int _isTaken;

    public StoreScript Script => script;

    public RedisKey Camera => camera;

    public RedisKey Ledger => ledger;

    public RedisValue[] Arguments => arguments;

    /// <summary>For who is not sent at once.</summary>
    public Task<RedisResult> Reply => (_reply ??= new TaskCompletionSource<RedisResult>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <returns><see langword="false"/> when it was given up.</returns>
    public bool TrySend() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>Nobody waits for it any more. Without effect on what was sent.</summary>
    public void GiveUp() => TrySend();

    public void Answer(RedisResult reply) => _reply!.TrySetResult(reply);

    /// <summary>Of several that were sent together, the store has refused one alone if its reply is a list of one, the reason.</summary>
    public void AnswerOrFail(RedisResult reply)
    {
        if (reply is { Resp2Type: ResultType.Array, Length: 1 })
        {
            Fail(new RedisException((string)reply[0]!));
        }
        else
        {
            Answer(reply);
        }
    }

    public void Fail(Exception exception)
    {
        _reply!.TrySetException(exception);
        _ = _reply.Task.Exception; // seen: its caller may have given up
    }
}
