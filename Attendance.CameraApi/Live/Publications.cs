using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Live;

/// <param name="CameraId">The id under which the camera is in the catalog.</param>
/// <param name="Peer">The name of the peer that sends its pictures. It is not a secret.</param>
/// <param name="Stop">Stops the peer, without waiting for it.</param>
internal sealed record Publication(string LeaseId, string CameraId, string Peer, Action Stop);

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

    /// <summary>Publishes the camera of a lease, which is one of a browser, by WebRTC. An earlier publication of the lease ends.</summary>
    /// <returns>The publication with the answer to the offer; null if as many are published as may be, or the lease has ended.</returns>
    /// <exception cref="LiveUnavailableException">There is no process for WebRTC.</exception>
    /// <exception cref="OfferRefusedException">The offer is not one that libwebrtc understands.</exception>
    public async Task<(Publication Publication, string Answer)?> PublishAsync(CameraLease lease, string offer, CancellationToken cancellationToken)
    {
        var peer = PeerProcess.NewName();
        if (TryBegin(lease, peer, () => _peers.End(peer)) is not { } publication)
        {
            return null;
        }

        try
        {
            var socket = OwnSocketOf(publication);
            var answer = await _peers.ConnectAsync(new PublishPeer(peer, socket, offer), cancellationToken);
            return TryShow(publication, lease, socket) ? (publication, answer) : null;
        }
        catch
        {
            End(publication);
            throw;
        }
    }

    /// <summary>Publishes the camera of a lease, which is one of a browser, as pictures that its page sends, until that has ended.</summary>
    /// <returns>False if as many are published as may be, or the lease has ended.</returns>
    public async Task<bool> PublishAsync(CameraLease lease, PicturePublisher publisher)
    {
        if (TryBegin(lease, PeerProcess.NewName(), publisher.Stop) is not { } publication)
        {
            return false;
        }

        try
        {
            var socket = OwnSocketOf(publication);
            using var offer = new PictureOffer(socket);
            if (!TryShow(publication, lease, socket))
            {
                return false;
            }

            await publisher.RunAsync(publication.CameraId, offer);
            return true;
        }
        finally
        {
            End(publication);
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

    /// <summary>The socket at which the camera's worker reads, whoever publishes.</summary>
    private string SocketOf(string cameraId) => _sockets.PathOf("publish", cameraId);

    /// <summary>
    /// The socket of one publication, until it takes the place of the camera's. So a former one that is closed, and deleted by its process, is never
    /// that of a later one.
    /// </summary>
    private string OwnSocketOf(Publication publication) => _sockets.PathOf("publisher", publication.Peer);

    private Publication? TryBegin(CameraLease lease, string peer, Action stop)
    {
        var publication = new Publication(lease.Id, PublishedCamera.IdOf(lease.CameraId), peer, stop);
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

        earlier?.Stop();
        return publication;
    }

    /// <summary>Makes the camera one of the catalog, unless its lease has ended, or the publication has or was replaced.</summary>
    /// <param name="socket">Where its pictures are offered until now.</param>
    private bool TryShow(Publication publication, CameraLease lease, string socket)
    {
        lock (_gate)
        {
            if (lease.End is null && _byLease.GetValueOrDefault(publication.LeaseId) == publication && File.Exists(socket)) // the peer may be gone already
            {
                File.Move(socket, SocketOf(publication.CameraId), overwrite: true);
                _cameras.Appear(publication.CameraId, SocketOf(publication.CameraId));
                LogPublished(publication.CameraId, lease.Ref);
                return true;
            }
        }

        End(publication);
        return false;
    }

    private void End(Publication publication)
    {
        publication.Stop();
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
                File.Delete(SocketOf(cameraId));
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is published under lease {LeaseRef}")]
    private partial void LogPublished(string cameraId, string leaseRef);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is published no more")]
    private partial void LogEnded(string cameraId);
}
