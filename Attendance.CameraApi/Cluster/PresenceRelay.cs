using System.Diagnostics;
using System.Text.Json;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Store;
using StackExchange.Redis;

namespace Attendance.CameraApi.Cluster;

internal sealed class PresenceRelays(SessionNodes sessions, NodeRegistry nodes, Peers peers, TimeProvider clock, ILogger<PresenceRelay> logger) : IPresenceRelays
{
    public IPresenceRelay Begin(string sessionId, string sessionHash, Action<PresenceMessage> tell) =>
        new PresenceRelay(sessionId, sessionHash, tell, sessions, nodes, peers, clock, logger);
}

/// <summary>
/// Relays the presence of a session whose socket is on this node and that may hold cameras of other nodes. A socket goes from here
/// to each of those nodes and carries messages between the node and the page. If this node vanishes, those sockets end with it,
/// and their end tells the other nodes that the page is gone.
/// </summary>
internal sealed partial class PresenceRelay : IPresenceRelay
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);
    private const int TicksBetweenLooks = 5;

    private readonly string _sessionId;
    private readonly string _sessionHash;
    private readonly Action<PresenceMessage> _tell;
    private readonly SessionNodes _sessions;
    private readonly NodeRegistry _nodes;
    private readonly Peers _peers;
    private readonly TimeProvider _clock;
    private readonly ILogger<PresenceRelay> _logger;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeLink> _links = new(StringComparer.Ordinal);
    private readonly Task _running;
    private PageMessage? _visibility;

    public PresenceRelay(
        string sessionId,
        string sessionHash,
        Action<PresenceMessage> tell,
        SessionNodes sessions,
        NodeRegistry nodes,
        Peers peers,
        TimeProvider clock,
        ILogger<PresenceRelay> logger)
    {
        (_sessionId, _sessionHash, _tell) = (sessionId, sessionHash, tell);
        (_sessions, _nodes, _peers, _clock, _logger) = (sessions, nodes, peers, clock, logger);
        _running = RunAsync();
    }

    public void Hear(PageMessage message)
    {
        lock (_gate)
        {
            _visibility = message.Type == "visibility" ? message : _visibility;
            foreach (var link in _links.Values)
            {
                link.Send(message);
            }
        }
    }

    public Task FinishAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_links.Values.Select(link => link.FinishAsync()));
        }
    }

    /// <summary>Ends the sockets, which tells the other nodes that the page is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _running;
        List<NodeLink> links;
        lock (_gate)
        {
            links = [.. _links.Values];
            _links.Clear();
        }

        await Task.WhenAll(links.Select(link => link.DisposeAsync().AsTask()));
        _over.Dispose();
    }

    private async Task RunAsync()
    {
        Activity.Current = null; // the loop runs on and is not part of the request that started it
        ChannelMessageQueue? news = null;
        try
        {
            using var timer = new PeriodicTimer(s_tick, _clock);
            for (var tick = 0; ; tick++)
            {
                if (!_sessions.IsAlone)
                {
                    var wasDeaf = news is null;
                    news ??= await ListenAsync();
                    if (wasDeaf || tick % TicksBetweenLooks == 0) // also finds nodes that entered before the subscription began
                    {
                        await LookAsync();
                    }
                }

                if (!await timer.WaitForNextTickAsync(_over.Token))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        catch (Exception exception)
        {
            LogFailed(exception); // leases on other nodes are renewed by the page itself, or expire
        }
        finally
        {
            if (news is not null)
            {
                await news.UnsubscribeAsync(CommandFlags.FireAndForget);
            }
        }
    }

    private async Task<ChannelMessageQueue?> ListenAsync()
    {
        try
        {
            var news = await _sessions.ListenAsync(_sessionHash);
            news.OnMessage(message => Link(message.Message.ToString()));
            return news;
        }
        catch (RedisException)
        {
            return null; // retried in a second
        }
    }

    private async Task LookAsync()
    {
        try
        {
            foreach (var name in await _sessions.FindOthersAsync(_sessionHash))
            {
                Link(name);
            }
        }
        catch (StoreUnavailableException)
        {
            // Retried in a few seconds.
        }
    }

    private void Link(string name)
    {
        lock (_gate)
        {
            if (_over.IsCancellationRequested || _nodes.IsSelf(name) || !_nodes.TryGet(name, out var node) || node.Address is null
                || (_links.TryGetValue(name, out var known) && (!known.IsOver || known.IsReplaced)))
            {
                return;
            }

            _ = known?.DisposeAsync().AsTask(); // that link is already over
            var link = _links[name] = new NodeLink(node.Address, _sessionId, _peers, Tell);
            if (_visibility is { } visibility)
            {
                link.Send(visibility);
            }
        }
    }

    /// <summary>
    /// Passes a node's message on to the page. A node's first message lists the leases that it holds for the session; the page is told
    /// that these are renewed from now on.
    /// </summary>
    /// <exception cref="JsonException">The message is not one that a node sends.</exception>
    private void Tell(byte[] json)
    {
        var message = JsonSerializer.Deserialize<NodeMessage>(json, WireJson.Kept) ?? throw new JsonException();
        if (message.Type != "hello")
        {
            _tell(new RelayedMessage(json));
        }
        else if (message.Leases is { Count: > 0 } leases)
        {
            _tell(new RenewedMessage(leases));
        }
    }

    private sealed record NodeMessage(string Type, IReadOnlyList<PresentLease>? Leases = null);

    [LoggerMessage(LogLevel.Error, "A session's presence could not be relayed to other nodes")]
    private partial void LogFailed(Exception exception);
}
