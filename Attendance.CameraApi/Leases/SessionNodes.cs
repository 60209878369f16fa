using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Which nodes may hold a camera for a session, so that its socket and its goodbye, which come to any node, reach them. A
/// node that is alone writes nothing. What is missing here costs a session its renewals by that socket, nothing else.
/// </summary>
internal sealed class SessionNodes(IConnectionMultiplexer redis, StoreConnection store, IOptions<NodeOptions> node)
{
    /// <summary>Longer than a lease may be held.</summary>
    private static readonly TimeSpan s_memory = TimeSpan.FromDays(7);

    /// <summary>As long as no other node is known.</summary>
    public bool IsAlone { get; set; } = true;

    /// <summary>Before a camera is granted to the session here. Does not wait.</summary>
    public void Enter(string sessionHash) => Tell(database =>
    {
        database.SetAdd(Key(sessionHash), node.Value.Name, CommandFlags.FireAndForget);
        database.KeyExpire(Key(sessionHash), s_memory, CommandFlags.FireAndForget);
        database.Publish(Channel(sessionHash), node.Value.Name, CommandFlags.FireAndForget);
    });

    /// <summary>The session holds nothing here any more. Does not wait.</summary>
    public void Leave(string sessionHash) => Tell(database =>
        database.SetRemove(Key(sessionHash), node.Value.Name, CommandFlags.FireAndForget));

    /// <summary>Others than this one.</summary>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<IReadOnlyList<string>> FindOthersAsync(string sessionHash) => IsAlone
        ? []
        : [.. (await store.AskAsync("session", database => database.SetMembersAsync(Key(sessionHash))))
            .Select(value => value.ToString()).Where(name => name != node.Value.Name)];

    /// <summary>Hears when a node enters. End it by <see cref="ChannelMessageQueue.UnsubscribeAsync"/>.</summary>
    public Task<ChannelMessageQueue> ListenAsync(string sessionHash) => redis.GetSubscriber().SubscribeAsync(Channel(sessionHash));

    private void Tell(Action<IDatabase> tell)
    {
        if (IsAlone || !redis.IsConnected)
        {
            return;
        }

        try
        {
            tell(redis.GetDatabase());
        }
        catch (RedisException)
        {
            // The connection has just gone; the acquisition finds the same.
        }
    }

    private static RedisKey Key(string sessionHash) => $"attendance:session:{sessionHash}";

    private static RedisChannel Channel(string sessionHash) => RedisChannel.Literal($"attendance:session:{sessionHash}");
}
