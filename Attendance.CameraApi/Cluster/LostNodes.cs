using Attendance.CameraApi.Store;
using Attendance.CameraApi.Upkeep;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Ends what a node holds that has vanished. That it is silent, the store's clock says; that it stays so, ours does, by
/// the monotonic clock: a store that was away, or whose clock jumped, makes nobody lost. Between the last sign of life and
/// the end of its leases pass 14 to 18 s, and a node that lives and cannot say so has freed its cameras before, see
/// <see cref="Isolation"/>.
/// </summary>
internal sealed partial class LostNodes(NodeBook book, Reconciliation reconciliation, TimeProvider clock, ILogger<LostNodes> logger)
{
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_doubt = TimeSpan.FromSeconds(6);

    private readonly Dictionary<string, (long SeenAt, long Since)> _doubted = new(StringComparer.Ordinal);
    private readonly RepeatedFailure _failure = new();
    private Task _ending = Task.CompletedTask;

    /// <summary>Returns at once; what is to be ended, ends by itself.</summary>
    /// <param name="silent">With the store's time of their last sign of life.</param>
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

    /// <summary>The store does not answer, so nobody could have been heard: the doubt begins anew.</summary>
    public void Forget() => _doubted.Clear();

    private async Task EndAsync(List<string> gone)
    {
        foreach (var name in gone)
        {
            try
            {
                if (await book.ClaimAsync(name))
                {
                    await EndAsync(name);
                }
            }
            catch (StoreUnavailableException)
            {
                // Looked at again once the store is back, and the doubt has lasted.
            }
            catch (Exception exception)
            {
                if (_failure.IsNew(exception))
                {
                    LogFailed(name, exception); // and not at each attempt
                }
            }
        }
    }

    private async Task EndAsync(string name)
    {
        var count = await reconciliation.EndOfNodeAsync(name, (await book.FindAsync(name))?.Scopes ?? []);
        await book.MarkEndedAsync(name);
        _failure.IsOver();
        LogLost(name, count);
    }

    [LoggerMessage(LogLevel.Warning, "Node {Node} has vanished; {Count} leases of it were ended")]
    private partial void LogLost(string node, int count);

    [LoggerMessage(LogLevel.Error, "The leases of the lost node {Node} could not be ended")]
    private partial void LogFailed(string node, Exception exception);
}
