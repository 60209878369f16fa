using System.Collections.Concurrent;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Base of tests that start their own nodes on their own real store. Nodes are stopped in reverse order.</summary>
public abstract class OwnNodes<TStore> : IAsyncLifetime where TStore : StoreServer, new()
{
    private readonly ConcurrentStack<IAsyncDisposable> _started = new();

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected TStore Store { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Store.InitializeAsync();
        Assert.SkipWhen(Store.Missing is not null, Store.Missing ?? "");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var one in _started)
            {
                await one.DisposeAsync();
            }
        }
        finally
        {
            await Store.DisposeAsync(); // also where a node did not end as it should: nothing may outlive the test
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a node that is stopped with the test, even if the test fails.</summary>
    private protected T Owned<T>(T started) where T : IAsyncDisposable
    {
        _started.Push(started);
        return started;
    }

    /// <param name="store">How it reaches the store.</param>
    private protected async Task<NodeProcess> StartNodeAsync(string store, string name, params string[] settings)
    {
        var node = Owned(NodeProcess.Start(store, name, settings));
        await node.HealthyAsync();
        return node;
    }
}
