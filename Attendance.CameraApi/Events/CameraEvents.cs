using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Attendance.CameraApi.Node;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Events;

internal enum CameraEventType
{
    LeaseGranted,
    LeaseEnded,

    /// <summary>To the camera of this event, for the one before was lost.</summary>
    LeaseMoved,

    /// <summary>Plugged in, or there since another look.</summary>
    CameraAttached,
    CameraDetached,

    /// <summary>It did not open three times in a row.</summary>
    CameraFailing,

    /// <summary>It delivers again after <see cref="CameraFailing"/>.</summary>
    CameraRecovered,

    /// <summary>Another worker has it, under the same lease.</summary>
    CameraReopened,
    CameraQuarantined,

    /// <summary>It was shown to be free after <see cref="CameraQuarantined"/>.</summary>
    QuarantineEnded,

    /// <summary>A hold that nobody answered for; it was ended.</summary>
    LeakFound,
    AlertOpened,
    AlertAcknowledged,
    AlertResolved,

    /// <summary>Somebody of ops did something.</summary>
    Action,
}

internal static class CameraEventTypes
{
    private static readonly string[] s_names = EnumNames.Of<CameraEventType>();

    public static string Name(this CameraEventType type) => s_names[(int)type];
}

/// <param name="LeaseRef">Not the lease's id, which is a secret; null where no lease is concerned.</param>
/// <param name="Detail">The release reason, the kind of the leak, or what is wrong in a plain sentence.</param>
internal sealed record CameraEvent(CameraEventType Type, DateTimeOffset At, string Node, string CameraId, string? LeaseRef, string? Detail)
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    [JsonIgnore]
    public EventPosition Id { get; init; }

    /// <summary>The alert that this is about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Alert { get; init; }

    /// <summary>What somebody of ops did, as the audit has it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Action { get; init; }
}

/// <summary>What happens to the cameras of this node, for whoever listens. Nobody who tells it waits for a listener.</summary>
internal sealed class CameraEvents(IOptions<NodeOptions> node, TimeProvider clock)
{
    /// <summary>A listener that falls further behind than this misses the oldest; one that comes back is told as many.</summary>
    private const int Backlog = 1000;

    private readonly string _run = EventPosition.NewRun(node.Value.Name);
    private readonly Lock _gate = new();
    private readonly Queue<CameraEvent> _recent = new();
    private readonly List<Channel<CameraEvent>> _listeners = [];
    private long _count;

    public void Tell(CameraEventType type, string cameraId, string? leaseRef = null, string? detail = null) =>
        Tell(new CameraEvent(type, clock.GetUtcNow(), node.Value.Name, cameraId, leaseRef, detail));

    /// <summary>An alert has changed.</summary>
    public void TellAlert(CameraEventType type, string? cameraId, string rule, object alert) =>
        Tell(new CameraEvent(type, clock.GetUtcNow(), node.Value.Name, cameraId ?? "", LeaseRef: null, rule) { Alert = alert });

    /// <summary>Somebody of ops did something.</summary>
    public void TellAction(string? cameraId, string name, object action) =>
        Tell(new CameraEvent(CameraEventType.Action, clock.GetUtcNow(), node.Value.Name, cameraId ?? "", LeaseRef: null, name) { Action = action });

    /// <summary>Every event from this call on, until the listener is disposed of.</summary>
    /// <param name="after">The last one that was heard: what came since is told first.</param>
    public Listener Listen(EventPosition? after = null) => new(this, after);

    private void Tell(CameraEvent told)
    {
        lock (_gate)
        {
            told = told with { Id = new EventPosition(_run, ++_count) };
            _recent.Enqueue(told);
            if (_recent.Count > Backlog)
            {
                _recent.Dequeue();
            }

            foreach (var listener in _listeners)
            {
                listener.Writer.TryWrite(told);
            }
        }
    }

    internal sealed class Listener : IDisposable
    {
        private readonly CameraEvents _events;
        private readonly Channel<CameraEvent> _channel = Channel.CreateBounded<CameraEvent>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        public Listener(CameraEvents events, EventPosition? after)
        {
            _events = events;
            lock (events._gate)
            {
                Start = new EventPosition(events._run, events._count);
                if (after is { } last)
                {
                    var oldest = events._recent.TryPeek(out var first) ? first.Id.Number : events._count + 1;
                    HasMissed = last.Run != events._run || last.Number < oldest - 1 || last.Number > events._count;
                    foreach (var missed in HasMissed ? [] : events._recent.Where(told => told.Id.Number > last.Number))
                    {
                        _channel.Writer.TryWrite(missed);
                    }

                    Start = HasMissed ? Start : last;
                }

                events._listeners.Add(_channel);
            }
        }

        /// <summary>What is heard comes after this.</summary>
        public EventPosition Start { get; }

        /// <summary>What came since the event that was named is not known any more.</summary>
        public bool HasMissed { get; }

        public IAsyncEnumerable<CameraEvent> ReadAllAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAllAsync(cancellationToken);

        public bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out CameraEvent told) => _channel.Reader.TryRead(out told);

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.WaitToReadAsync(cancellationToken);

        public void Dispose()
        {
            lock (_events._gate)
            {
                _events._listeners.Remove(_channel);
            }
        }
    }
}
