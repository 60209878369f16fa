using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Attendance.Benchmarks.Processes;

namespace Attendance.Benchmarks.Http;

/// <summary>Sessions that each hold a camera and keep it by an open presence socket, like pages.</summary>
internal sealed class AttendedSessions : IAsyncDisposable
{
    /// <summary>The most connections to open at once; more than a listener's backlog would be refused.</summary>
    private const int AtOnce = 32;

    private readonly List<ClientWebSocket> _sockets = [];
    private readonly List<Task> _listening = [];
    private readonly CancellationTokenSource _end = new();

    private AttendedSessions()
    {
    }

    public static async Task<AttendedSessions> StartAsync(CameraApiServer api, int count, CancellationToken cancellationToken)
    {
        var sessions = new AttendedSessions();
        try
        {
            foreach (var some in Enumerable.Range(0, count).Chunk(AtOnce))
            {
                var sockets = await Task.WhenAll(some.Select(number => ConnectAsync(api, $"bench-attended-{number}", cancellationToken)));
                sessions._sockets.AddRange(sockets);
                sessions._listening.AddRange(sockets.Select(socket => ListenAsync(socket, sessions._end.Token)));
            }

            return sessions;
        }
        catch
        {
            await sessions.DisposeAsync();
            throw;
        }
    }

    /// <summary>The id of a browser's camera that belongs to the named owner.</summary>
    public static string Camera(string owner)
    {
        var digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)));
        return $"browser-{digits[..32]}-{digits[32..48]}";
    }

    /// <exception cref="InvalidOperationException">The server has given some of them up meanwhile, so that not all were there.</exception>
    public async ValueTask DisposeAsync()
    {
        var lost = _listening.Count(listening => listening.IsCompleted);
        await _end.CancelAsync();
        await Task.WhenAll(_listening);
        _sockets.ForEach(socket => socket.Dispose());
        _end.Dispose();
        if (lost > 0)
        {
            throw new InvalidOperationException($"{lost} of {_listening.Count} presence sockets were closed during the measurement.");
        }
    }

    private static async Task<ClientWebSocket> ConnectAsync(CameraApiServer api, string session, CancellationToken cancellationToken)
    {
        await api.AcquireAsync(Camera(session), session, cancellationToken);
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(WireHeaders.ApiKey, api.ApiKey);
        await socket.ConnectAsync(new UriBuilder(api.Address) { Scheme = "ws", Path = $"/api/sessions/{session}/presence" }.Uri, cancellationToken);
        return socket;
    }

    /// <summary>Reads from the socket, because pings are answered only while somebody reads.</summary>
    private static async Task ListenAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // over, or lost: which of the two is told from when
        }
    }
}
