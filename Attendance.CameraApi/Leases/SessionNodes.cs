using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Records which nodes may hold a camera for a session, so that its socket and its goodbye, which can arrive at any node, reach them.
/// A node without peers writes nothing. If an entry is missing, the session only loses its renewals through that socket.
/// </summary>
internal sealed class SessionNodes(IConnectionMultiplexer redis, StoreConnection store, IOptions<NodeOptions> node)
{
    /// <summary>How long an entry is kept: as long as a lease may be held at most.</summary>
    private static readonly TimeSpan s_memory = TimeSpan.FromDays(7);

    /// <summary>Whether no other node is known.</summary>
    public bool IsAlone { get; set; } = true;

    /// <summary>Records this node before a camera is granted to the session here. Does not wait.</summary>
    public void Enter(string sessionHash) => Tell(database =>
    {
        database.SetAdd(Key(sessionHash), node.Value.Name, CommandFlags.FireAndForget);
        database.KeyExpire(Key(sessionHash), s_memory, CommandFlags.FireAndForget);
        database.Publish(Channel(sessionHash), node.Value.Name, CommandFlags.FireAndForget);
    });

    /// <summary>Removes this node because the session no longer holds anything here. Does not wait.</summary>
    public void Leave(string sessionHash) => Tell(database =>
        database.SetRemove(Key(sessionHash), node.Value.Name, CommandFlags.FireAndForget));

    /// <summary>Finds the other nodes that may hold a camera for the session.</summary>
    /// <exception cref="StoreUnavailableException">The nodes are not known.</exception>
    public async Task<IReadOnlyList<string>> FindOthersAsync(string sessionHash) => IsAlone
        ? []
        : [.. (await store.AskAsync("session", database => database.SetMembersAsync(Key(sessionHash))))
            .Select(value => value.ToString()).Where(name => name != node.Value.Name)];

    /// <summary>Subscribes to nodes that enter. End the subscription with <see cref="ChannelMessageQueue.UnsubscribeAsync"/>.</summary>
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
            // The connection has just been lost; the acquisition finds out too.
        }
    }

    private static RedisKey Key(string sessionHash) => $"attendance:session:{sessionHash}";

    private static RedisChannel Channel(string sessionHash) => RedisChannel.Literal($"attendance:session:{sessionHash}");
}
