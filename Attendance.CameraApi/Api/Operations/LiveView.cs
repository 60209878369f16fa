using System.Diagnostics;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Node;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>
/// Sends one listener the whole state first, and then only what has changed. It looks for changes twice a second, so a busy node sends
/// changes no more often than that, and a quiet node sends none.
/// </summary>
/// <param name="others">The other nodes; null if only this node is wanted, as when another node asks. The node that got the first
/// request reports on the nodes.</param>
internal sealed class LiveView(
    EventStream stream,
    OpsCameras cameras,
    OpenAlerts openAlerts,
    AlertStore store,
    NodeRegistry nodes,
    Trends trends,
    IOptions<NodeOptions> node,
    TimeProvider clock,
    FollowedNodes? others = null)
{
    private const int AlertsShown = 200;
    private const int LooksBetweenFigures = 4;
    private const int LooksBetweenTrends = 20;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private Dictionary<string, OpsCamera> _shown = [];
    private Dictionary<string, (long Frames, long At)> _figures = [];
    private IReadOnlyList<OpsNode> _nodes = [];
    private readonly HashSet<string> _toldOf = new(StringComparer.Ordinal);

    private string Self => node.Value.Name;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Activity.Current = null; // this loop repeats, so it is not part of the trace of the request that started it
        var all = cameras.All();
        _shown = all.ToDictionary(camera => camera.CameraId, Comparable);
        await SendNodesAsync();
        await stream.SendAsync("snapshot", new SnapshotEvent(
            Self, clock.GetUtcNow().UtcDateTime, all, await AlertLists.ListAsync(openAlerts, store, AlertsShown), trends.View));
        await SendFiguresAsync();

        using var timer = new PeriodicTimer(s_look, clock);
        for (var look = 1; await timer.WaitForNextTickAsync(cancellationToken); look++)
        {
            await SendChangesAsync();
            if (look % LooksBetweenFigures == 0)
            {
                await SendFiguresAsync();
                await SendNodesAsync();
            }

            if (look % LooksBetweenTrends == 0)
            {
                await stream.SendAsync("trend", new TrendEvent(Self, trends.Latest));
            }
        }
    }

    private async Task SendChangesAsync()
    {
        var now = cameras.All();
        var changed = now.Where(camera => !_shown.TryGetValue(camera.CameraId, out var shown) || shown != Comparable(camera)).ToList();
        var ids = now.Select(camera => camera.CameraId).ToHashSet();
        var removed = _shown.Keys.Where(id => !ids.Contains(id)).ToList();
        if (changed.Count > 0 || removed.Count > 0)
        {
            _shown = now.ToDictionary(camera => camera.CameraId, Comparable);
            await stream.SendAsync("cameras", new CamerasEvent(Self, changed, removed));
        }
    }

    private async Task SendFiguresAsync()
    {
        var at = clock.GetTimestamp();
        var figures = cameras.Figures();
        if (figures.Count > 0)
        {
            await stream.SendAsync("figures", new FiguresEvent(Self,
            [
                .. figures.Select(figure => (IReadOnlyList<object?>)
                    [figure.CameraId, RateOf(figure, at), figure.FrameAgeSeconds is { } age ? Math.Round(age, 3) : null, figure.Viewers]),
            ]));
        }

        _figures = figures.ToDictionary(figure => figure.CameraId, figure => (figure.Frames, at));
    }

    private double? RateOf(CameraFigures figure, long at) =>
        _figures.TryGetValue(figure.CameraId, out var before) && figure.Frames >= before.Frames && clock.GetElapsedTime(before.At, at).TotalSeconds is > 0 and var seconds
            ? Math.Round((figure.Frames - before.Frames) / seconds, 1)
            : null;

    private async Task SendNodesAsync()
    {
        if (others is null)
        {
            return;
        }

        IReadOnlyList<OpsNode> now = [.. nodes.All.Select(one => one with { Followed = others.IsFollowed(one.Node) })];
        if (!now.Select(WithoutTimes).SequenceEqual(_nodes.Select(WithoutTimes)))
        {
            _nodes = now;
            await stream.SendAsync("nodes", new NodesEvent(now));
        }

        await SendAlertsOfSilentAsync([.. now.Where(one => !one.Followed).Select(one => one.Node)]);
    }

    /// <summary>For a node that does not answer, sends its last alerts from the store, once, when the store can be read.</summary>
    private async Task SendAlertsOfSilentAsync(IReadOnlyList<string> silent)
    {
        _toldOf.IntersectWith(silent);
        foreach (var name in silent.Where(name => !_toldOf.Contains(name)).Take(AlertStore.MostNodes))
        {
            if (await AlertLists.LastKnownAsync(name, nodes, store, AlertsShown) is not { } alerts)
            {
                return; // the store does not answer, so the next read would fail too
            }

            _toldOf.Add(name);
            await stream.SendAsync("alerts", new AlertsEvent(name, alerts));
        }
    }

    /// <summary>
    /// Leaves out the values that differ at every look, which are sent as figures, and the expiry, because the renewal of a lease is
    /// not a change. Lists are not compared by what is in them, so the holders' references are compared as one text.
    /// </summary>
    private static OpsCamera Comparable(OpsCamera camera) => camera with
    {
        FrameAgeSeconds = null, ExpiresAt = null, Viewers = 0, Holders = [], LeaseRef = string.Join(' ', camera.Holders.Select(holder => holder.LeaseRef)),
    };

    private static OpsNode WithoutTimes(OpsNode node) => node with { SeenAt = default };
}
