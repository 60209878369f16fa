using System.Text.Json;
using StackExchange.Redis;

namespace Attendance.CameraApi.Events;

/// <summary>
/// Publishes every event as JSON on the store's channel <c>attendance:events</c>. Fire and forget: events are lost while the store
/// is unavailable.
/// </summary>
internal sealed class EventChannel(CameraEvents events, IConnectionMultiplexer redis) : BackgroundService
{
    private static readonly RedisChannel s_channel = RedisChannel.Literal("attendance:events");

    private readonly CameraEvents.Listener _listener = events.Listen(); // listens before anything of the node starts

    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var told in _listener.ReadAllAsync(stoppingToken))
        {
            if (redis.IsConnected)
            {
                await redis.GetSubscriber().PublishAsync(s_channel, JsonSerializer.Serialize(told, CameraEvent.Json), CommandFlags.FireAndForget);
            }
        }
    }
}
