using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Makes listeners that accept no further connection while as many as <see cref="ServerLimits.Accepted"/> are open. The server itself
/// refuses connections above its limit only after it has accepted them. In a burst it accepts faster than it refuses, and would have no
/// descriptor left for anything else. Connections that are not accepted yet wait in the system's queue.
/// </summary>
internal sealed class PacedListenerFactory(IConnectionListenerFactory inner, long limit) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new PacedListener(await inner.BindAsync(endpoint, cancellationToken), limit);

    private sealed class PacedListener(IConnectionListener inner, long limit) : IConnectionListener
    {
        private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);
        private long _open;
        private volatile bool _isUnbound;

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (Interlocked.Read(ref _open) >= limit)
            {
                if (_isUnbound)
                {
                    return null;
                }

                await Task.Delay(s_pause, cancellationToken);
            }

            var connection = await inner.AcceptAsync(cancellationToken);
            if (connection is not null)
            {
                Interlocked.Increment(ref _open);
                connection.ConnectionClosed.Register(() => Interlocked.Decrement(ref _open));
            }

            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _isUnbound = true; // the server closes its connections only when nothing is accepted any more
            return inner.UnbindAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
