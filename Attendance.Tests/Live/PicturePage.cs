using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Attendance.Tests.Hosts;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Live;

/// <summary>What a page does that publishes over a WebSocket: it sends a drawn picture each time that it is asked.</summary>
internal sealed class PicturePage : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private Task _sending = Task.CompletedTask;
    private int _asked;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>How many pictures it was asked for.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What it sends when it is asked; empty to send nothing.</summary>
    public Func<byte[]> Picture { get; set; } = new Drawing().Next;

    public ClientWebSocket Socket => _socket;

    public async Task OpenAsync(NodeProcess node, string browserCameraId, string first)
    {
        _socket.Options.SetRequestHeader("X-Api-Key", TestSecrets.ApiKey);
        _socket.Options.AddSubProtocol("attendance.publish.v1");
        await _socket.ConnectAsync(new UriBuilder(node.Address) { Scheme = "ws", Path = $"/api/cameras/{browserCameraId}/publish" }.Uri, Cancel);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(first), WebSocketMessageType.Text, endOfMessage: true, Cancel);
    }

    /// <returns>The id under which the camera is published.</returns>
    public async Task<string> PublishAsync(NodeProcess node, string browserCameraId, Lease lease)
    {
        await OpenAsync(node, browserCameraId, $$"""{"lease_id":"{{lease.Id}}"}""");
        var published = JsonDocument.Parse(await ReceiveAsync() ?? throw new InvalidOperationException($"It is refused: {_socket.CloseStatusDescription}")).RootElement;
        Assert.Equal("published", published.GetProperty("type").GetString());
        _sending = SendAsync();
        return published.GetProperty("camera_id").GetString()!;
    }

    /// <returns>The message, or null if the socket was closed.</returns>
    public async Task<string?> ReceiveAsync()
    {
        var buffer = new byte[1024];
        var part = await _socket.ReceiveAsync(buffer.AsMemory(), Cancel);
        return part.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(buffer, 0, part.Count);
    }

    /// <summary>Waits until the server has ended it.</summary>
    public Task OverAsync() => _sending;

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _sending;
        _socket.Dispose();
    }

    private async Task SendAsync()
    {
        try
        {
            while (await ReceiveAsync() is not null)
            {
                Interlocked.Increment(ref _asked);
                if (Picture() is { Length: > 0 } picture)
                {
                    await _socket.SendAsync(picture, WebSocketMessageType.Binary, endOfMessage: true, Cancel);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It was cut.
        }
    }

    /// <summary>Pictures of which each is another one, and the right half brighter.</summary>
    internal sealed class Drawing
    {
        private int _count;

        public byte[] Next()
        {
            using var picture = new Mat(240, 320, MatType.CV_8UC3, new Scalar(20, 20, 20));
            picture[0, 240, 160, 320].SetTo(new Scalar(200, 200, 200));
            picture[0, 10, 0, 10 + _count++ % 100].SetTo(new Scalar(255, 255, 255));
            Cv2.ImEncode(".jpg", picture, out var jpeg);
            return jpeg;
        }
    }
}
