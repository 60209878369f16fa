using Attendance.CameraApi.Store;
using Attendance.CameraApi.Upkeep;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Ends the leases of a node that has vanished. The store's clock shows that a node is silent. This node's monotonic clock then
/// measures whether it stays silent, so a store outage or a jump of the store's clock makes no node lost. A node's leases end
/// 14 to 18 s after its last heartbeat. A live node that cannot send heartbeats has freed its cameras before, see
/// <see cref="Isolation"/>.
/// </summary>
internal sealed partial class LostNodes(NodeStore nodeStore, Reconciliation reconciliation, TimeProvider clock, ILogger<LostNodes> logger)
{
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_doubt = TimeSpan.FromSeconds(6);

    private readonly Dictionary<string, (long SeenAt, long Since)> _doubted = new(StringComparer.Ordinal);
    private readonly RepeatedFailure _failure = new();
    private Task _ending = Task.CompletedTask;

    /// <summary>Checks the silent nodes and returns at once. Leases of lost nodes end in the background.</summary>
    /// <param name="silent">Silent nodes, each with the store's time of its last heartbeat.</param>
    public void Look(IReadOnlyList<(string Node, long SeenAt)> silent)
    {
        foreach (var name in _doubted.Keys.Except(silent.Select(one => one.Node)).ToList())
        {
            _doubted.Remove(name);
        }

        foreach (var (name, seenAt) in silent)
        {
            if (!_doubted.TryGetValue(name, out var doubted) || doubted.SeenAt != seenAt)
            {
                _doubted[name] = (seenAt, clock.GetTimestamp());
            }
        }

        List<string> gone = [.. _doubted.Where(entry => clock.GetElapsedTime(entry.Value.Since) >= s_doubt).Select(entry => entry.Key)];
        if (gone.Count > 0 && _ending.IsCompleted)
        {
            _ending = EndAsync(gone);
        }
    }

    /// <summary>Starts the wait of every silent node again, because no heartbeat can be recorded while the store does not answer.</summary>
    public void Forget() => _doubted.Clear();

    private async Task EndAsync(List<string> gone)
    {
        foreach (var name in gone)
        {
            try
            {
                if (await nodeStore.ClaimAsync(name))
                {
                    await EndAsync(name);
                }
            }
            catch (StoreUnavailableException)
            {
                // Retried when the store is back and the node has stayed silent for the whole wait again.
            }
            catch (Exception exception)
            {
                if (_failure.IsNew(exception))
                {
                    LogFailed(name, exception); // once per failure, not at each attempt
                }
            }
        }
    }

    private async Task EndAsync(string name)
    {
        var count = await reconciliation.EndOfNodeAsync(name, (await nodeStore.FindAsync(name))?.Scopes ?? []);
        await nodeStore.MarkEndedAsync(name);
        _failure.IsOver();
        LogLost(name, count);
    }

    [LoggerMessage(LogLevel.Warning, "Node {Node} is lost; {Count} of its leases were ended")]
    private partial void LogLost(string node, int count);

    [LoggerMessage(LogLevel.Error, "The leases of the lost node {Node} could not be ended")]
    private partial void LogFailed(string node, Exception exception);
}
