using System.Text;
using System.Text.Json;
using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>One listener's stream of Server-Sent Events. Several may write to it; an event is never torn.</summary>
/// <param name="heard">What the listener has heard by now: it goes with each event as its id.</param>
internal sealed class EventStream(Stream body, EventPositions heard, CancellationToken cancellationToken) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public EventPositions Heard => heard;

    /// <summary>So that whoever listens knows at once that it is connected.</summary>
    public Task BeginAsync() => WriteAsync("retry: 2000\n\n");

    /// <summary>Nothing was said for a while: proxies cut what is silent.</summary>
    public Task CommentAsync() => WriteAsync(": \n\n");

    public Task SendAsync(string name, object data) => SendTextAsync(name, Serialize(data));

    /// <param name="text">JSON in one line.</param>
    public Task SendTextAsync(string name, string text) => WriteAsync(Format(name, text));

    public Task TellAsync(EventPosition position, string name, object data) => TellTextAsync(position, name, Serialize(data));

    /// <summary>What a listener has heard once it has heard this.</summary>
    /// <param name="text">JSON in one line.</param>
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
                heard.Advance(reached); // in its turn: an id that was written counts nothing that was not
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
