using System.Net;
using Attendance.CameraApi.Leases;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Frees this node's cameras if it is cut off from the store, before the other nodes declare it lost and end its leases. The
/// other nodes tell a node that is cut off from a store that is down for all: this node is cut off if one of them reaches the
/// store, or if none of them answers. An outage for all nodes ends no lease early. A node that is alone ends nothing, because
/// no other node would take its cameras.
/// </summary>
internal sealed partial class Isolation(Peers peers, CameraLeases leases, ILogger<Isolation> logger)
{
    /// <summary>
    /// How long the store is silent before the other nodes are asked. With their answer (1 s) and the release (3 s), the cameras are
    /// free before the 14 s after which the others end this node's leases.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(9);

    /// <summary>
    /// A node counts as reaching the store if the store answered it within this time. A healthy node was acknowledged within the last
    /// 2 s (one beat). In an outage nobody was for at least 7 s (<see cref="Patience"/> less one beat). 4.5 s lies halfway, so load
    /// alone flips neither answer.
    /// </summary>
    public static readonly TimeSpan Lately = TimeSpan.FromSeconds(4.5);

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(1);
    private const int Asked = 3;

    private readonly RepeatedFailure _failure = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Starts a check in the background if the store has been silent for long enough. Returns at once.</summary>
    /// <param name="silence">Time since the store last answered this node.</param>
    public void Look(TimeSpan silence, IReadOnlyList<NodeEntry> others)
    {
        if (silence >= Patience && others.Count > 0 && leases.Live.Any() && _looking.IsCompleted)
        {
            _looking = LookAsync(others);
        }
    }

    private async Task LookAsync(IReadOnlyList<NodeEntry> others)
    {
        try
        {
            var answers = await Task.WhenAll(others.OrderBy(_ => Random.Shared.Next()).Take(Asked).Select(AskAsync));
            if (answers.Contains(HttpStatusCode.NoContent) || answers.All(answer => answer is null))
            {
                LogCutOff(leases.Live.Count());
                await leases.EndAllAsync(new LeaseEnd(ReleaseReason.NodeLost, "cut off from the others"));
            }
        }
        catch (Exception exception)
        {
            if (_failure.IsNew(exception))
            {
                LogFailed(exception); // once per failure, not at each beat
            }
        }
    }

    /// <returns>Whether that node reaches the store: 204 if it does, 503 if it does not, null if the node gives no such answer.</returns>
    private async Task<HttpStatusCode?> AskAsync(NodeEntry other)
    {
        using var bound = new CancellationTokenSource(s_answer);
        try
        {
            using var response = await peers.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(other.Address!, NodeEndpoints.StorePath)), bound.Token);
            return response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.ServiceUnavailable ? response.StatusCode : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "This node is cut off from the session store, which other nodes reach, or from everything; its {Count} leases are ended")]
    private partial void LogCutOff(int count);

    [LoggerMessage(LogLevel.Error, "Whether this node is cut off could not be determined")]
    private partial void LogFailed(Exception exception);
}
