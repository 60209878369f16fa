using System.Text;
using System.Text.Json;
using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>One listener's stream of Server-Sent Events. Several tasks may write to it at the same time; each event is written as a whole.</summary>
/// <param name="heard">The positions up to which the listener has got the events of each node. They are sent as the id of each event.</param>
internal sealed class EventStream(Stream body, EventPositions heard, CancellationToken cancellationToken) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public EventPositions Heard => heard;

    /// <summary>Sends the first bytes, so that the listener knows at once that it is connected.</summary>
    public Task BeginAsync() => WriteAsync("retry: 2000\n\n");

    /// <summary>Sends an empty comment, because proxies cut silent connections.</summary>
    public Task CommentAsync() => WriteAsync(": \n\n");

    public Task SendAsync(string name, object data) => SendTextAsync(name, Serialize(data));

    /// <param name="text">The event's data, as JSON in one line.</param>
    public Task SendTextAsync(string name, string text) => WriteAsync(Format(name, text));

    public Task TellAsync(EventPosition position, string name, object data) => TellTextAsync(position, name, Serialize(data));

    /// <summary>Sends an event and advances the listener's position to it.</summary>
    /// <param name="text">The event's data, as JSON in one line.</param>
    public Task TellTextAsync(EventPosition position, string name, string text) => WriteAsync(Format(name, text), position);

    public void Dispose() => _turn.Dispose();

    private static string Serialize(object data) => JsonSerializer.Serialize(data, data.GetType(), CameraEvent.Json);

    private static string Format(string name, string text) => $"event: {name}\ndata: {text}\n\n";

    private async Task WriteAsync(string text, EventPosition? position = null)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (position is { } reached)
            {
                heard.Advance(reached); // inside the lock, so that an id never covers an event that has not been written
                text = $"id: {heard}\n{text}";
            }

            await body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            await body.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
