using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Makes listeners that accept no further connection while as many as <see cref="ServerLimits.Accepted"/> are open. The server itself
/// refuses connections above its limit only after it has accepted them. In a burst it accepts faster than it refuses, and would have no
/// descriptor left for anything else. Connections that are not accepted yet wait in the system's queue.
/// </summary>
internal sealed class PacedListenerFactory(IConnectionListenerFactory inner, int limit) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new PacedListener(await inner.BindAsync(endpoint, cancellationToken), limit);

    private sealed class PacedListener(IConnectionListener inner, int limit) : IConnectionListener
    {
        private readonly SemaphoreSlim _places = new(limit);
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_unbound.Token, cancellationToken);
            try
            {
                await _places.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (_unbound.IsCancellationRequested)
            {
                return null;
            }

            var connection = await inner.AcceptAsync(cancellationToken);
            connection?.ConnectionClosed.Register(() => _places.Release());
            return connection;
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync(); // the server closes its connections only when nothing is accepted any more
            await inner.UnbindAsync(cancellationToken);
        }

        // The semaphore stays: connections that outlive the listener release their places. It holds nothing that needs disposing.
        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            _unbound.Dispose();
        }
    }
}
