namespace Attendance.ServiceDefaults;

/// <summary>
/// Counts WebSockets. A request above <see cref="ServerLimits.UpgradedConnections"/> gets a proper answer. The server's own limit is a
/// little higher, and would make the request fail only when it is upgraded.
/// </summary>
public sealed class OpenSockets(ReachedLimits limits)
{
    private long _open;

    /// <returns>A place to dispose when the WebSocket has ended, or null if the limit is reached.</returns>
    public IDisposable? TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= ServerLimits.UpgradedConnections)
        {
            return new Place(this);
        }

        Interlocked.Decrement(ref _open);
        limits.Count("sockets");
        return null;
    }

    private sealed class Place(OpenSockets sockets) : IDisposable
    {
        private bool _isLeft;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _isLeft, true))
            {
                Interlocked.Decrement(ref sockets._open);
            }
        }
    }
}
