using System.Net.WebSockets;
using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Sessions;

/// <summary>
/// Holds the newest socket of each session, and the stops that its page has yet to confirm: of its own cameras whose lease has
/// ended. A page that is gone counts as having stopped them.
/// </summary>
internal sealed class PresenceSockets
{
    public const WebSocketCloseStatus Replaced = (WebSocketCloseStatus)4000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, PresenceSocket> _newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Stopping> _stopping = new(StringComparer.Ordinal);
    private bool _closed;

    /// <param name="entered">Runs before any other message is sent on this socket.</param>
    public void Enter(PresenceSocket socket, Action entered)
    {
        lock (_gate)
        {
            if (_newest.Remove(socket.SessionHash, out var older))
            {
                older.Close(PresenceEnd.Replaced, Replaced, "replaced");
            }

            _newest[socket.SessionHash] = socket;
            entered();
            foreach (var (_, stopping) in Of(socket.SessionHash))
            {
                socket.Send(stopping.Message); // the previous socket may not have delivered it
            }

            if (_closed)
            {
                SayFarewell(socket);
            }
        }
    }

    /// <param name="left">Runs if the session has no other socket, and before it can get one.</param>
    public void Leave(PresenceSocket socket, Action left)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_newest.GetValueOrDefault(socket.SessionHash), socket))
            {
                return;
            }

            _newest.Remove(socket.SessionHash);
            foreach (var (leaseId, stopping) in Of(socket.SessionHash))
            {
                _stopping.Remove(leaseId);
                stopping.Stopped.SetResult();
            }

            left();
        }
    }

    public void Tell(string sessionHash, PresenceMessage message)
    {
        lock (_gate)
        {
            _newest.GetValueOrDefault(sessionHash)?.Send(message);
        }
    }

    /// <summary>Completes when the page of an ended lease has stopped its camera or is gone. Call it only once for each lease.</summary>
    public Task StoppedAsync(CameraLease lease)
    {
        lock (_gate)
        {
            if (lease.End is not { } end || !_newest.ContainsKey(lease.SessionHash))
            {
                return Task.CompletedTask;
            }

            var stopping = new Stopping(lease.SessionHash, EndedMessage.From(lease, end));
            _stopping[lease.Id] = stopping;
            return stopping.Stopped.Task;
        }
    }

    /// <summary>Records that a page has stopped its camera. A page can confirm only for its own session.</summary>
    public void Confirm(string sessionHash, string leaseId)
    {
        lock (_gate)
        {
            if (_stopping.TryGetValue(leaseId, out var stopping) && stopping.SessionHash == sessionHash)
            {
                _stopping.Remove(leaseId);
                stopping.Stopped.SetResult();
            }
        }
    }

    /// <summary>Closes every socket, and each one that is opened later. Takes little more than 500 ms, whatever the peers do.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var socket in _newest.Values)
            {
                SayFarewell(socket);
            }

            return Task.WhenAll(_newest.Values.Select(socket => socket.Gone));
        }
    }

    private static void SayFarewell(PresenceSocket socket) => socket.Close(PresenceEnd.Shutdown, WebSocketCloseStatus.EndpointUnavailable, "shutdown");

    private List<KeyValuePair<string, Stopping>> Of(string sessionHash) =>
        [.. _stopping.Where(entry => entry.Value.SessionHash == sessionHash)];

    private sealed record Stopping(string SessionHash, EndedMessage Message)
    {
        public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
