using System.Text;
using System.Text.Json;
using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Operations;

/// <summary>One listener's stream of Server-Sent Events. Several may write to it; an event is never torn.</summary>
internal sealed class EventStream(Stream body, CancellationToken cancellationToken) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>So that whoever listens knows at once that it is connected.</summary>
    public Task BeginAsync() => WriteAsync("retry: 2000\n\n");

    /// <summary>Nothing was said for a while: proxies cut what is silent.</summary>
    public Task CommentAsync() => WriteAsync(": \n\n");

    public Task SendAsync(string name, object data, string? id = null) => WriteAsync(
        $"{(id is null ? "" : $"id: {id}\n")}event: {name}\ndata: {JsonSerializer.Serialize(data, data.GetType(), CameraEvent.Json)}\n\n");

    public void Dispose() => _turn.Dispose();

    private async Task WriteAsync(string text)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            await body.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
