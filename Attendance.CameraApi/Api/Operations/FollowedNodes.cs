using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.ServerSentEvents;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>
/// Passes on to one listener what all other nodes tell: each is asked for its own events as any listener would, and the
/// request says that a node sends it, so it goes no further. A node that does not answer is asked again for as long as it is
/// there, and goes on where it was heard last.
/// </summary>
/// <param name="isResumed">The listener was there before: what it has heard of no node, it has missed.</param>
internal sealed class FollowedNodes(EventStream stream, bool isLive, bool isResumed, NodeRegistry nodes, Peers peers, TimeProvider clock)
{
    /// <summary>Connections for one listener. Of more nodes, the first by name.</summary>
    public const int Limit = 100;

    /// <summary>What a node says to another if there is nothing else to say.</summary>
    public const string Alive = "alive";

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);

    /// <summary>Three times what it takes a node to say that it is <see cref="Alive"/>.</summary>
    private static readonly TimeSpan s_silence = 3 * EventEndpoints.Pulse;

    private readonly ConcurrentDictionary<string, Task> _following = new(StringComparer.Ordinal);

    /// <summary>As of its last attempt; of who is asked for the first time nothing is known yet.</summary>
    private readonly ConcurrentDictionary<string, bool> _answers = new(StringComparer.Ordinal);

    /// <summary>Whether what happens at that node is told here, as far as is known.</summary>
    public bool IsFollowed(string node) => nodes.IsSelf(node) || (nodes.TryGetUp(node, out _) && _answers.GetValueOrDefault(node, true));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Activity.Current = null; // what follows is done again and again, and is no part of the request that began it
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

    /// <summary>Until that node ends it, or cannot be heard.</summary>
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
            // Looked at again in a moment, if the listener is still there.
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
