using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Events;

internal enum CameraEventType
{
    LeaseGranted,
    LeaseEnded,

    /// <summary>It did not open three times in a row.</summary>
    CameraFailing,

    /// <summary>It delivers again after <see cref="CameraFailing"/>.</summary>
    CameraRecovered,
    CameraQuarantined,

    /// <summary>It was shown to be free after <see cref="CameraQuarantined"/>.</summary>
    QuarantineEnded,

    /// <summary>A hold that nobody answered for; it was ended.</summary>
    LeakFound,
}

/// <param name="LeaseRef">Not the lease's id, which is a secret; null where no lease is concerned.</param>
/// <param name="Detail">The release reason, the kind of the leak, or what is wrong in a plain sentence.</param>
internal sealed record CameraEvent(CameraEventType Type, DateTimeOffset At, string Node, string CameraId, string? LeaseRef, string? Detail);

/// <summary>What happens to the cameras of this node, for whoever listens. Nobody who tells it waits for a listener.</summary>
internal sealed class CameraEvents(IOptions<NodeOptions> node, TimeProvider clock)
{
    /// <summary>A listener that falls further behind than this misses the oldest.</summary>
    private const int Backlog = 1000;

    private readonly ConcurrentDictionary<Channel<CameraEvent>, byte> _listeners = new();

    public void Tell(CameraEventType type, string cameraId, string? leaseRef = null, string? detail = null)
    {
        var told = new CameraEvent(type, clock.GetUtcNow(), node.Value.Name, cameraId, leaseRef, detail);
        foreach (var (listener, _) in _listeners)
        {
            listener.Writer.TryWrite(told);
        }
    }

    /// <summary>Every event from this call on, until the listener is disposed of.</summary>
    public Listener Listen() => new(this);

    internal sealed class Listener : IDisposable
    {
        private readonly CameraEvents _events;
        private readonly Channel<CameraEvent> _channel = Channel.CreateBounded<CameraEvent>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        public Listener(CameraEvents events)
        {
            _events = events;
            _events._listeners[_channel] = 0;
        }

        public IAsyncEnumerable<CameraEvent> ReadAllAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAllAsync(cancellationToken);

        public void Dispose() => _events._listeners.TryRemove(_channel, out _);
    }
}
