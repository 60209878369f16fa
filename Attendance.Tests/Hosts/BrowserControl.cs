using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attendance.Tests.Hosts;

/// <summary>The connection by which a test controls a browser: each command has an id, and its answer has the same. Events are ignored.</summary>
/// <param name="browser">The browser's name, for errors.</param>
internal sealed class BrowserControl(string browser) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = new();
    private Task _hearing = Task.CompletedTask;
    private int _id;

    public async Task ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        await _socket.ConnectAsync(address, cancellationToken);
        _hearing = HearAsync();
    }

    /// <param name="command">The command, to which the id is added.</param>
    public async Task<JsonElement> SendAsync(JsonObject command)
    {
        var id = Interlocked.Increment(ref _id);
        var answer = _asked[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        command["id"] = id;
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(s_patience);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _hearing;
        _socket.Dispose();
        _sending.Dispose();
    }

    /// <summary>Deletes a browser's profile. One of its processes may still be writing.</summary>
    public static async Task DeleteAsync(DirectoryInfo profile)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                profile.Delete(recursive: true);
                return;
            }
            catch (IOException) when (attempt < 19)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private async Task HearAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Take(JsonDocument.Parse(message.ToArray()).RootElement);
                    message.SetLength(0);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException or JsonException)
        {
            foreach (var asked in _asked.Values)
            {
                asked.TrySetException(new IOException($"{browser} is gone."));
            }
        }
    }

    private void Take(JsonElement message)
    {
        if (!message.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number || !_asked.TryRemove(id.GetInt32(), out var asked))
        {
            return;
        }

        if (message.TryGetProperty("result", out var result))
        {
            asked.TrySetResult(result);
        }
        else
        {
            asked.TrySetException(new InvalidOperationException(message.ToString()));
        }
    }
}
