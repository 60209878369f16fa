namespace Attendance.ServiceDefaults;

/// <summary>
/// Counts WebSockets. One above <see cref="ServerLimits.UpgradedConnections"/> gets an answer; the server's own limit, a little higher, would
/// fail its request only when it is upgraded.
/// </summary>
public sealed class OpenSockets(ReachedLimits limits)
{
    private long _open;

    /// <returns>To be disposed of when it has ended; null when the limit is reached.</returns>
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
