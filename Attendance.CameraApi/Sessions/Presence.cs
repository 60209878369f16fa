using System.Diagnostics;
using System.Net.WebSockets;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Sessions;

/// <summary>
/// Renews a session's leases for as long as its socket lives, so renewal does not depend on the timers of its page. If the
/// socket is lost, the leases end after a grace period unless the session comes back before, by another socket or by HTTP.
/// </summary>
internal sealed partial class Presence(
    CameraLeases leases,
    PresenceSockets sockets,
    IPresenceRelays relays,
    IOptions<PresenceOptions> options,
    IOptions<LeaseOptions> leaseOptions,
    TimeProvider clock,
    PresenceMetrics metrics,
    ILogger<Presence> logger)
{
    /// <summary>The WebSocket subprotocol of presence sockets.</summary>
    public const string Protocol = "attendance.presence.v1";

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    /// <summary>Starts to tell pages when a lease ends or moves to another camera.</summary>
    public void Listen() => leases.Ended += Tell;

    /// <summary>Serves a socket until it has ended.</summary>
    /// <param name="abort">Aborts the socket's connection.</param>
    /// <param name="sessionId">The session's id, for relaying to the other nodes that hold its leases; null if another node relays the
    /// session here.</param>
    public async Task AttendAsync(WebSocket webSocket, string sessionHash, Action abort, string? sessionId = null)
    {
        using var socket = new PresenceSocket(webSocket, sessionHash, abort, clock);
        using var over = new CancellationTokenSource();
        metrics.Active(1);
        sockets.Enter(socket, () => Welcome(socket));
        var relay = sessionId is null ? null : relays.Begin(sessionId, sessionHash, socket.Send);
        var renewing = RenewAsync(socket, over.Token);
        var end = PresenceEnd.Closed;
        try
        {
            end = await socket.RunAsync(message =>
            {
                Hear(socket, message);
                relay?.Hear(message);
            });
        }
        finally
        {
            metrics.Active(-1);
            if (end.IsLoss() || end == PresenceEnd.Replaced)
            {
                metrics.Lost(end);
            }

            sockets.Leave(socket, () => LetLeave(sessionHash, end));
            await over.CancelAsync();
            await renewing;
            if (relay is not null)
            {
                await (end == PresenceEnd.Goodbye ? relay.FinishAsync() : Task.CompletedTask);
                await relay.DisposeAsync();
            }
        }
    }

    private void Welcome(PresenceSocket socket)
    {
        var held = leases.HeldBy(socket.SessionHash);
        socket.Send(new HelloMessage(
            options.Value.PingInterval.TotalSeconds,
            options.Value.Grace.TotalSeconds,
            leaseOptions.Value.HiddenHold.TotalSeconds,
            [.. held.Where(lease => lease.Stored.WasGranted && lease.ComeBack()).Select(PresentLease.From)]));
    }

    private void Hear(PresenceSocket socket, PageMessage message)
    {
        switch (message)
        {
            case { Type: "visibility", Hidden: true }:
                socket.HiddenSince ??= clock.GetTimestamp();
                break;
            case { Type: "visibility", Hidden: false }:
                socket.HiddenSince = null;
                break;
            case { Type: "stopped", LeaseId: { } leaseId }:
                sockets.Confirm(socket.SessionHash, leaseId);
                break;
            case { Type: "bye" }:
                socket.SayGoodbye();
                break;
        }
    }

    /// <summary>
    /// After a loss, starts the grace period of the session's leases. A lease that is still opening is left to its own request, which
    /// ends with its client.
    /// </summary>
    private void LetLeave(string sessionHash, PresenceEnd end)
    {
        if (!end.IsLoss())
        {
            return;
        }

        var held = leases.HeldBy(sessionHash).Where(lease => lease.Opened.IsCompletedSuccessfully).ToList();
        foreach (var lease in held)
        {
            lease.Leave(new LeaseEnd(ReleaseReason.Disconnected, end == PresenceEnd.Closed ? null : end.Name()), options.Value.Grace, yields: false);
        }

        if (held.Count > 0)
        {
            LogLost(end.Name(), string.Join(", ", held.Select(lease => lease.CameraId)), options.Value.Grace.TotalSeconds);
        }
    }

    private void Tell(CameraLease lease, LeaseEnd end)
    {
        if (lease.MovedTo is { } to)
        {
            sockets.Tell(lease.SessionHash, MovedMessage.From(lease, to));
            return;
        }

        (lease.Capture as BrowserCapture)?.AwaitStop(); // before its page is told to stop, so that no confirmation is missed
        sockets.Tell(lease.SessionHash, EndedMessage.From(lease, end));
    }

    private async Task RenewAsync(PresenceSocket socket, CancellationToken cancellationToken)
    {
        Activity.Current = null; // this loop repeats, so it is not part of the trace of the request that started it
        try
        {
            using var timer = new PeriodicTimer(s_tick, clock);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await RenewDueAsync(socket);
            }
        }
        catch (OperationCanceledException)
        {
            // The socket has ended.
        }
        catch (Exception exception)
        {
            LogNotRenewed(exception);
            socket.Close(PresenceEnd.Misused, WebSocketCloseStatus.InternalServerError, "error"); // its page reconnects, or renews by HTTP
        }
    }

    private async Task RenewDueAsync(PresenceSocket socket)
    {
        var held = leases.HeldBy(socket.SessionHash);
        if (socket.HiddenSince is { } since && clock.GetElapsedTime(since) >= leaseOptions.Value.HiddenHold)
        {
            foreach (var lease in held)
            {
                _ = leases.EndAsync(lease, new LeaseEnd(ReleaseReason.HiddenTooLong));
            }

            return;
        }

        var renewed = await Task.WhenAll(held.Where(IsDue).Select(async lease => await IsRenewedAsync(lease) ? lease : null));
        if (renewed.OfType<CameraLease>().ToList() is { Count: > 0 } confirmed)
        {
            socket.Send(new RenewedMessage([.. confirmed.Select(PresentLease.From)]));
        }
    }

    private static bool IsDue(CameraLease lease) =>
        lease is { Leaving: null, Opened.IsCompletedSuccessfully: true } && lease.Remaining <= lease.Ttl * (2 / 3.0);

    private async Task<bool> IsRenewedAsync(CameraLease lease)
    {
        try
        {
            return await leases.RenewAsync(lease);
        }
        catch (StoreUnavailableException)
        {
            return false; // retried every second until the lease expires
        }
    }

    [LoggerMessage(LogLevel.Information, "The socket of a session was lost ({Reason}); its leases of {Cameras} end in {Seconds} s unless it reconnects")]
    private partial void LogLost(string reason, string cameras, double seconds);

    [LoggerMessage(LogLevel.Error, "The leases of a session could not be renewed")]
    private partial void LogNotRenewed(Exception exception);
}
