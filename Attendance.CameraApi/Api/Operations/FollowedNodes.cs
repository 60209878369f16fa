using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.ServerSentEvents;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>
/// Passes the events of all other nodes on to one listener. It requests each node's own events as any listener would. The request
/// says that a node sends it, so the other node does not ask further nodes. While a node is up, a failed request is retried and
/// resumes after the last event that was received.
/// </summary>
/// <param name="isResumed">True if the listener resumes. If it has no position for a node, it may have missed events of that node.</param>
internal sealed class FollowedNodes(EventStream stream, bool isLive, bool isResumed, NodeRegistry nodes, Peers peers, TimeProvider clock)
{
    /// <summary>The maximum number of connections for one listener. If there are more nodes, the first by name are followed.</summary>
    public const int Limit = 100;

    /// <summary>The heartbeat that a node sends to another node.</summary>
    public const string Alive = "alive";

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);

    /// <summary>The timeout of a silent node: three times the interval at which a node says that it is <see cref="Alive"/>.</summary>
    private static readonly TimeSpan s_silence = 3 * EventEndpoints.Pulse;

    private readonly ConcurrentDictionary<string, Task> _following = new(StringComparer.Ordinal);

    /// <summary>Whether each node answered the last attempt. A node that is being asked for the first time has no entry yet.</summary>
    private readonly ConcurrentDictionary<string, bool> _answers = new(StringComparer.Ordinal);

    /// <summary>Returns whether the events of that node reach this listener, as far as is known.</summary>
    public bool IsFollowed(string node) => nodes.IsSelf(node) || (nodes.TryGetUp(node, out _) && _answers.GetValueOrDefault(node, true));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Activity.Current = null; // this loop repeats, so it is not part of the trace of the request that started it
        var wereThere = nodes.Up.Select(other => other.Node).ToHashSet(StringComparer.Ordinal);
        try
        {
            using var timer = new PeriodicTimer(s_look, clock);
            do
            {
                Look(wereThere, cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        finally
        {
            await Task.WhenAll(_following.Values);
        }
    }

    private void Look(HashSet<string> wereThere, CancellationToken cancellationToken)
    {
        stream.Heard.Keep(nodes.All.Select(one => one.Node), atMost: Limit);
        foreach (var other in nodes.Up)
        {
            var isFirst = !_following.TryGetValue(other.Node, out var following);
            if (following is { IsCompleted: false })
            {
                continue;
            }

            if (_following.Count(one => !one.Value.IsCompleted) >= Limit)
            {
                _answers[other.Node] = false;
                continue;
            }

            _following[other.Node] = FollowAsync(other, mayHaveMissed: isResumed || !isFirst || !wereThere.Contains(other.Node), cancellationToken);
        }
    }

    /// <summary>Follows a node until it ends the stream, the connection fails, or it is silent for too long.</summary>
    private async Task FollowAsync(NodeEntry other, bool mayHaveMissed, CancellationToken cancellationToken)
    {
        var position = stream.Heard.Of(other.Node);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(other.Address!, isLive ? "/api/events?live=true" : "/api/events"));
        if (position is { } known)
        {
            request.Headers.Add(EventEndpoints.LastEventId, known.ToString());
        }

        using var silent = new CancellationTokenSource(s_moment, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellationToken);
        try
        {
            using var response = await peers.SendAsync(request, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return;
            }

            silent.CancelAfter(s_silence);
            _answers[other.Node] = true;
            if (position is null && mayHaveMissed)
            {
                await stream.SendAsync(EventEndpoints.Reset, new { other.Node });
            }

            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            await foreach (var told in SseParser.Create(body).EnumerateAsync(either.Token))
            {
                silent.CancelAfter(s_silence);
                await PassOnAsync(told);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The next look retries, if the listener is still there.
        }
        finally
        {
            _answers[other.Node] = false;
        }
    }

    private Task PassOnAsync(SseItem<string> told) => (told.EventType, EventPosition.Parse(told.EventId)) switch
    {
        (Alive, _) => Task.CompletedTask,
        (_, { } position) => stream.TellTextAsync(position, told.EventType, told.Data),
        _ => stream.SendTextAsync(told.EventType, told.Data),
    };
}
