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

    /// <summary>The lease moved to the camera of this event because its previous camera was lost.</summary>
    LeaseMoved,

    /// <summary>The camera was plugged in, or a later scan found it.</summary>
    CameraAttached,
    CameraDetached,

    /// <summary>The camera failed to open three times in a row.</summary>
    CameraFailing,

    /// <summary>The camera delivers again after <see cref="CameraFailing"/>.</summary>
    CameraRecovered,

    /// <summary>Another worker has opened the camera, under the same lease.</summary>
    CameraReopened,
    CameraQuarantined,

    /// <summary>The camera was shown to be free after <see cref="CameraQuarantined"/>.</summary>
    QuarantineEnded,

    /// <summary>A hold that nobody answered for was found and ended.</summary>
    LeakFound,
    AlertOpened,
    AlertAcknowledged,
    AlertResolved,

    /// <summary>An operator performed an action.</summary>
    Action,
}

internal static class CameraEventTypes
{
    private static readonly string[] s_names = EnumNames.Of<CameraEventType>();

    public static string Name(this CameraEventType type) => s_names[(int)type];
}

/// <param name="LeaseRef">Public reference of the lease, not its id, which is a secret; null if no lease is concerned.</param>
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

    /// <summary>The alert that the event is about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Alert { get; init; }

    /// <summary>The operator's action, as recorded in the audit log.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Action { get; init; }
}

/// <summary>Publishes what happens to the cameras of this node to all listeners. Publishing never waits for a listener.</summary>
internal sealed class CameraEvents(IOptions<NodeOptions> node, TimeProvider clock)
{
    /// <summary>
    /// A listener that falls further behind than this misses the oldest events. A listener that resumes gets up to this many.
    /// </summary>
    private const int Backlog = 1000;

    private readonly string _run = EventPosition.NewRun(node.Value.Name);
    private readonly Lock _gate = new();
    private readonly Queue<CameraEvent> _recent = new();
    private readonly List<Channel<CameraEvent>> _listeners = [];
    private long _count;

    public void Tell(CameraEventType type, string cameraId, string? leaseRef = null, string? detail = null) =>
        Tell(new CameraEvent(type, clock.GetUtcNow(), node.Value.Name, cameraId, leaseRef, detail));

    /// <summary>Publishes that an alert has changed.</summary>
    public void TellAlert(CameraEventType type, string? cameraId, string rule, object alert) =>
        Tell(new CameraEvent(type, clock.GetUtcNow(), node.Value.Name, cameraId ?? "", LeaseRef: null, rule) { Alert = alert });

    /// <summary>Publishes an operator's action.</summary>
    public void TellAction(string? cameraId, string name, object action) =>
        Tell(new CameraEvent(CameraEventType.Action, clock.GetUtcNow(), node.Value.Name, cameraId ?? "", LeaseRef: null, name) { Action = action });

    /// <summary>Returns a listener that gets every event from this call on, until it is disposed of.</summary>
    /// <param name="after">Position of the last event received; the listener gets the events since then first.</param>
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

        /// <summary>The position after which the listener's events begin.</summary>
        public EventPosition Start { get; }

        /// <summary>Whether the events since the requested position are no longer known.</summary>
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
