using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Live;

/// <param name="Peer">The name of the peer that receives the pictures. It is not a secret.</param>
internal sealed record LiveViewer(string LeaseId, string CameraId, string Peer, FrameHub Frames);

/// <summary>
/// Those who watch a camera by WebRTC, each under a lease of it. The camera's worker decodes its pictures while somebody watches, and the process
/// for WebRTC encodes them for each viewer separately, as their network allows. So their number is limited; others watch by Motion JPEG.
/// </summary>
internal sealed partial class LiveViewers : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LiveViewer> _byLease = new(StringComparer.Ordinal);
    private readonly PeerProcess _peers;
    private readonly SocketFolder _sockets;
    private readonly CameraLeases _leases;
    private readonly LiveMetrics _metrics;
    private readonly LiveOptions _options;
    private readonly ILogger<LiveViewers> _logger;

    public LiveViewers(PeerProcess peers, SocketFolder sockets, CameraLeases leases, LiveMetrics metrics, IOptions<LiveOptions> options, ILogger<LiveViewers> logger)
    {
        (_peers, _sockets, _leases, _metrics, _options, _logger) = (peers, sockets, leases, metrics, options.Value, logger);
        _peers.Gone += Lose;
        _leases.Ended += EndOfLease;
    }

    /// <summary>Shows the camera of a lease to a viewer. An earlier viewer under the same lease is shown no more.</summary>
    /// <returns>The viewer with the answer to the offer; null if as many watch as may, or the lease has ended.</returns>
    /// <exception cref="LiveUnavailableException">There is no process for WebRTC, or the camera cannot be shown so.</exception>
    /// <exception cref="OfferRefusedException">The offer is not one that libwebrtc understands.</exception>
    public async Task<(LiveViewer Viewer, string Answer)?> WatchAsync(CameraLease lease, string offer, CancellationToken cancellationToken)
    {
        if (lease.Capture is not ILiveSource source)
        {
            throw new LiveUnavailableException("This camera cannot be shown by WebRTC.");
        }

        var viewer = new LiveViewer(lease.Id, lease.CameraId, PeerProcess.NewName(), lease.Capture.Frames);
        lock (_gate)
        {
            if (!_byLease.ContainsKey(lease.Id) && _byLease.Count >= _options.MaxViewers)
            {
                return null;
            }

            Remove(lease.Id);
            _byLease[lease.Id] = viewer;
            viewer.Frames.Watch(1);
            _metrics.Viewers(1);
        }

        var socket = _sockets.PathOf("watch", lease.CameraId);
        try
        {
            var answer = await _peers.ConnectAsync(new WatchPeer(viewer.Peer, socket, offer), cancellationToken);
            source.ShowTo(socket);
            LogWatched(lease.CameraId, lease.Ref);
            if (lease.End is null && IsCurrent(viewer))
            {
                return (viewer, answer);
            }
        }
        catch
        {
            End(viewer.LeaseId, viewer.Peer);
            throw;
        }

        End(viewer.LeaseId, viewer.Peer);
        return null;
    }

    /// <summary>Shows the camera of a lease no more.</summary>
    /// <param name="peer">The peer that is meant: it may have been replaced since.</param>
    public void End(string leaseId, string? peer = null)
    {
        lock (_gate)
        {
            if (_byLease.TryGetValue(leaseId, out var viewer) && (peer is null || viewer.Peer == peer))
            {
                Remove(leaseId);
            }
        }
    }

    public void Dispose()
    {
        _peers.Gone -= Lose;
        _leases.Ended -= EndOfLease;
    }

    private void EndOfLease(CameraLease lease, LeaseEnd end) => End(lease.Id);

    private void Lose(string peer)
    {
        lock (_gate)
        {
            if (_byLease.Values.FirstOrDefault(viewer => viewer.Peer == peer) is { } lost)
            {
                Remove(lost.LeaseId);
            }
        }
    }

    private bool IsCurrent(LiveViewer viewer)
    {
        lock (_gate)
        {
            return _byLease.GetValueOrDefault(viewer.LeaseId) == viewer;
        }
    }

    /// <summary>To be called under the lock. The process is only told, and never waited for.</summary>
    private void Remove(string leaseId)
    {
        if (_byLease.Remove(leaseId, out var viewer))
        {
            _peers.End(viewer.Peer);
            viewer.Frames.Watch(-1);
            _metrics.Viewers(-1);
            LogEnded(viewer.CameraId);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Camera {CameraId} is watched by WebRTC under lease {LeaseRef}")]
    private partial void LogWatched(string cameraId, string leaseRef);

    [LoggerMessage(LogLevel.Debug, "A viewer of camera {CameraId} by WebRTC is gone")]
    private partial void LogEnded(string cameraId);
}
