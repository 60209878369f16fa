using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Live;

/// <param name="CameraId">The id under which the camera is in the catalog.</param>
/// <param name="Peer">The name of the peer that sends its pictures. It is not a secret.</param>
internal sealed record Publication(string LeaseId, string CameraId, string Peer);

/// <summary>
/// The cameras that are published at this node. A page leases its device's own camera as ever, and publishes it under that lease. The
/// published camera is one of the catalog while the peer sends and the lease lasts; whoever looks at it has a lease of that camera.
/// </summary>
internal sealed partial class Publications : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Publication> _byLease = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly PeerProcess _peers;
    private readonly SocketFolder _sockets;
    private readonly PublishedCameras _cameras;
    private readonly CameraSlots _slots;
    private readonly CameraLeases _leases;
    private readonly LiveMetrics _metrics;
    private readonly LiveOptions _options;
    private readonly ILogger<Publications> _logger;

    public Publications(
        PeerProcess peers, SocketFolder sockets, PublishedCameras cameras, CameraSlots slots, CameraLeases leases, LiveMetrics metrics, IOptions<LiveOptions> options, ILogger<Publications> logger)
    {
        (_peers, _sockets, _cameras, _slots, _leases, _metrics, _options, _logger) = (peers, sockets, cameras, slots, leases, metrics, options.Value, logger);
        _peers.Gone += Lose;
        _leases.Ended += EndOfLease;
    }

    /// <summary>Publishes the camera of a lease, which is one of a browser. An earlier publication of the lease ends.</summary>
    /// <returns>The publication with the answer to the offer; null if as many are published as may be, or the lease has ended.</returns>
    /// <exception cref="LiveUnavailableException">There is no process for WebRTC.</exception>
    /// <exception cref="OfferRefusedException">The offer is not one that libwebrtc understands.</exception>
    public async Task<(Publication Publication, string Answer)?> PublishAsync(CameraLease lease, string offer, CancellationToken cancellationToken)
    {
        var publication = new Publication(lease.Id, PublishedCamera.IdOf(lease.CameraId), PeerProcess.NewName());
        Publication? earlier;
        lock (_gate)
        {
            Forget();
            if (!_byLease.TryGetValue(lease.Id, out earlier) && _byLease.Count >= _options.MaxPublishers)
            {
                return null;
            }

            _byLease[lease.Id] = publication;
            _metrics.Published(earlier is null ? 1 : 0);
            _known.Add(publication.CameraId);
        }

        if (earlier is not null)
        {
            _peers.End(earlier.Peer);
        }

        var socket = SocketOf(publication.CameraId);
        try
        {
            var answer = await _peers.ConnectAsync(new PublishPeer(publication.Peer, socket, offer), cancellationToken);
            _cameras.Appear(publication.CameraId, socket);
            LogPublished(publication.CameraId, lease.Ref);
            if (lease.End is not null || !IsCurrent(publication))
            {
                End(publication);
                return null;
            }

            return (publication, answer);
        }
        catch
        {
            End(publication);
            throw;
        }
    }

    /// <summary>Makes a camera known that was published before this node started again, for those who hold a lease of it.</summary>
    public void Expect(string cameraId)
    {
        lock (_gate)
        {
            _known.Add(cameraId);
            _cameras.Expect(cameraId, SocketOf(cameraId));
        }
    }

    /// <summary>Ends the publication of a lease.</summary>
    /// <param name="peer">The peer that is meant: it may have been replaced since.</param>
    public void End(string leaseId, string? peer = null)
    {
        Publication? publication;
        lock (_gate)
        {
            if (!_byLease.TryGetValue(leaseId, out publication) || (peer is not null && publication.Peer != peer))
            {
                return;
            }
        }

        End(publication);
    }

    public void Dispose()
    {
        _peers.Gone -= Lose;
        _leases.Ended -= EndOfLease;
    }

    private string SocketOf(string cameraId) => _sockets.PathOf("publish", cameraId);

    private bool IsCurrent(Publication publication)
    {
        lock (_gate)
        {
            return _byLease.GetValueOrDefault(publication.LeaseId) == publication;
        }
    }

    private void End(Publication publication)
    {
        _peers.End(publication.Peer);
        lock (_gate)
        {
            if (_byLease.GetValueOrDefault(publication.LeaseId) != publication)
            {
                return; // a later one has taken its place
            }

            _byLease.Remove(publication.LeaseId);
            _metrics.Published(-1);
            _cameras.Disappear(publication.CameraId);
            Forget();
        }

        LogEnded(publication.CameraId);
    }

    private void EndOfLease(CameraLease lease, LeaseEnd end)
    {
        End(lease.Id);
        if (PublishedCamera.IsOne(lease.CameraId))
        {
            _ = lease.Released.ContinueWith(_ => ForgetNow(), TaskScheduler.Default); // whoever looked was perhaps the last to know the camera
        }
    }

    private void ForgetNow()
    {
        lock (_gate)
        {
            Forget();
        }
    }

    private void Lose(string peer)
    {
        Publication? lost;
        lock (_gate)
        {
            lost = _byLease.Values.FirstOrDefault(publication => publication.Peer == peer);
        }

        if (lost is not null)
        {
            End(lost);
        }
    }

    /// <summary>Forgets cameras that nobody publishes and nobody holds.</summary>
    private void Forget()
    {
        var published = _byLease.Values.Select(publication => publication.CameraId).ToHashSet(StringComparer.Ordinal);
        foreach (var cameraId in _known.Where(id => !published.Contains(id)).ToList())
        {
            if (_slots.Forget(cameraId))
            {
                _cameras.Forget(cameraId);
                _known.Remove(cameraId);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is published under lease {LeaseRef}")]
    private partial void LogPublished(string cameraId, string leaseRef);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is published no more")]
    private partial void LogEnded(string cameraId);
}
