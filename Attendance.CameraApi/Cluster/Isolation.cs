using System.Net;
using Attendance.CameraApi.Leases;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// A node that cannot reach the store for longer than the others wait before they take it for lost must have freed its
/// cameras by then. Whether it is this node that is cut off, or the store that is down for all, the other nodes say: of
/// these it is the first if they do reach it, or if none of them can be reached either. A store that is down for all ends
/// nothing before its time, and a node that is alone has nobody who would take its cameras.
/// </summary>
internal sealed partial class Isolation(Peers peers, CameraLeases leases, ILogger<Isolation> logger)
{
    /// <summary>With the answer of the others (1 s) and the release (3 s) that is before the 14 s after which others end its leases.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(9);

    /// <summary>
    /// Who reaches the store has heard it within a beat of two seconds; while it is down for all, nobody has since two seconds less than
    /// <see cref="Patience"/>. In the middle, so that a busy machine makes neither of the other.
    /// </summary>
    public static readonly TimeSpan Lately = TimeSpan.FromSeconds(4.5);

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(1);
    private const int Asked = 3;

    private readonly RepeatedFailure _failure = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Returns at once.</summary>
    /// <param name="silence">Since the store has last heard this node.</param>
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
                LogFailed(exception); // and not at each beat
            }
        }
    }

    /// <returns>Whether that node reaches the store: yes (204), no (503), or it does not answer (null).</returns>
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

    [LoggerMessage(LogLevel.Error, "This node is cut off from the store, which others reach, or from everybody; its {Count} leases are ended")]
    private partial void LogCutOff(int count);

    [LoggerMessage(LogLevel.Error, "It could not be found out whether this node is cut off")]
    private partial void LogFailed(Exception exception);
}
