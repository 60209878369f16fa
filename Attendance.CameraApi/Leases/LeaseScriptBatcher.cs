using Attendance.CameraApi.Store;
using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Sends the acquisitions and releases of one scope to the store. Changes that arrive while too many are in progress are queued and sent
/// together, as one script, in the order in which they arrived. Any other change is sent at once.
/// </summary>
internal sealed class LeaseScriptBatcher(RedisKey deadlines)
{
    /// <summary>The most scripts in progress. There are several, so that the store works on one while the replies to another are handled.</summary>
    private const int MaxUnderWay = 3;

    /// <summary>The most changes in one script. The store does nothing else while it runs one, which takes less than 0.2 ms.</summary>
    private const int MaxTogether = 24;

    private readonly Lock _gate = new();
    private readonly Lock _sending = new();
    private readonly Queue<StoreChange> _queued = new();
    private int _underWay;

    /// <returns>The store's reply to this change.</returns>
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

    /// <summary>
    /// Sends one change, and then the changes that were queued in the meantime. They are sent before the caller of this one
    /// continues.
    /// </summary>
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

    /// <summary>
    /// Takes and sends under one lock, because otherwise changes that were taken first might be sent second. It waits only
    /// for the connection's buffer.
    /// </summary>
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

    /// <returns>The changes to send; empty if there are none, in which case one script fewer counts as in progress.</returns>
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

/// <summary>One acquisition or release. If its caller gives it up while it is queued, it is never sent.</summary>
/// <param name="arguments">The four arguments of its script.</param>
internal sealed class StoreChange(StoreScript script, RedisKey camera, RedisKey ledger, params RedisValue[] arguments)
{
    private TaskCompletionSource<RedisResult>? _reply;
    private int _isTaken;

    public StoreScript Script => script;

    public RedisKey Camera => camera;

    public RedisKey Ledger => ledger;

    public RedisValue[] Arguments => arguments;

    /// <summary>The reply, for a change that was queued and not sent at once.</summary>
    public Task<RedisResult> Reply => (_reply ??= new TaskCompletionSource<RedisResult>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <returns><see langword="false"/> if it was given up.</returns>
    public bool TrySend() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>Gives the change up, because its caller no longer waits. This has no effect on a change that was sent.</summary>
    public void GiveUp() => TrySend();

    public void Answer(RedisResult reply) => _reply!.TrySetResult(reply);

    /// <summary>
    /// Completes a change that was sent together with others. If its reply is a list with one element, the store refused this
    /// change alone, and the element is the reason.
    /// </summary>
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
        _ = _reply.Task.Exception; // marks the exception as observed, because the caller may have given up
    }
}
