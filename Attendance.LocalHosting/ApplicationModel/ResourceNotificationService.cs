using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Attendance.LocalHosting.ApplicationModel;

/// <summary>Tells whoever asks how each resource is doing.</summary>
/// <param name="stopOnUnavailable">Whether waiting for a healthy resource gives up when the resource ends.</param>
public sealed class ResourceNotificationService(bool stopOnUnavailable)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _latest = [];
    private readonly ConcurrentDictionary<Channel<ResourceEvent>, bool> _watchers = [];

    /// <summary>Every resource's present state, then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        lock (_gate)
        {
            foreach (var present in _latest.Values)
            {
                channel.Writer.TryWrite(present);
            }

            _watchers[channel] = true;
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            _watchers.TryRemove(channel, out _);
        }
    }

    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    public async Task<string> WaitForResourceAsync(
        string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.Ordinal);
        var found = await WaitForResourceAsync(
            resourceName, change => change.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken);
        return found.Snapshot.State!.Text;
    }

    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken))
        {
            if (string.Equals(change.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(change))
            {
                return change;
            }
        }

        throw new OperationCanceledException($"Resource '{resourceName}' never came to what was waited for.", cancellationToken);
    }

    /// <summary>Waits until the resource runs, its checks pass and its ready handlers are done.</summary>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        var found = await WaitForResourceAsync(resourceName, change => IsReady(change) || IsLost(change), cancellationToken);
        if (IsLost(found))
        {
            throw new DistributedApplicationException(
                $"Resource '{resourceName}' ended as {found.Snapshot.State!.Text} before it was healthy.");
        }

        await found.Snapshot.Ready!.WaitAsync(cancellationToken);
        return found;

        static bool IsReady(ResourceEvent change) => change.Snapshot is { HealthStatus: HealthStatus.Healthy, Ready: not null };

        bool IsLost(ResourceEvent change) =>
            stopOnUnavailable && change.Snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);
    }

    public bool TryGetCurrentState(string resourceId, out ResourceEvent? resourceEvent)
    {
        lock (_gate)
        {
            return _latest.TryGetValue(resourceId, out resourceEvent);
        }
    }

    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        // Under the lock from reading the last state to handing out the next, so that every watcher sees the same order.
        lock (_gate)
        {
            var last = _latest.TryGetValue(resource.Name, out var known)
                ? known.Snapshot
                : new CustomResourceSnapshot { ResourceType = resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal) };
            var change = new ResourceEvent(resource, resource.Name, stateFactory(last));
            _latest[resource.Name] = change;
            foreach (var watcher in _watchers.Keys)
            {
                watcher.Writer.TryWrite(change);
            }
        }

        return Task.CompletedTask;
    }
}
