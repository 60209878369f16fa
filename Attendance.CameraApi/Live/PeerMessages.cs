using System.Text.Json.Serialization;

namespace Attendance.CameraApi.Live;

/// <summary>A command to the process for WebRTC, which is told apart by its member <c>do</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(PeerSetup), "setup")]
[JsonDerivedType(typeof(PublishPeer), "publish")]
[JsonDerivedType(typeof(WatchPeer), "watch")]
[JsonDerivedType(typeof(EndPeer), "end")]
internal abstract record PeerCommand;

/// <summary>The first command.</summary>
internal sealed record PeerSetup(int MinPort, int MaxPort, IReadOnlyList<string> Addresses, IReadOnlyList<PeerIceServer> IceServers) : PeerCommand;

internal sealed record PeerIceServer(string Urls, string? Username, string? Credential);

/// <summary>Asks for an answer to an offer.</summary>
internal abstract record OfferingPeer(string Peer, string Socket, string Offer) : PeerCommand;

/// <summary>A peer that publishes. Its pictures are offered on the socket.</summary>
internal sealed record PublishPeer(string Peer, string Socket, string Offer) : OfferingPeer(Peer, Socket, Offer);

/// <summary>A peer that watches what comes on the socket.</summary>
internal sealed record WatchPeer(string Peer, string Socket, string Offer) : OfferingPeer(Peer, Socket, Offer);

internal sealed record EndPeer(string Peer) : PeerCommand;

/// <summary>What the process says about a peer: its answer, or that the peer is gone.</summary>
/// <param name="Refused">Why the offer is not understood.</param>
/// <param name="Failed">Why the process could not answer, which is not the offer's fault.</param>
internal sealed record PeerSaid(string Peer, string? Answer = null, string? Refused = null, string? Failed = null, bool Gone = false);

/// <summary>Thrown when there is no process for WebRTC, or when it does not answer. The message says what to do.</summary>
internal sealed class LiveUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Thrown when libwebrtc does not accept an offer.</summary>
internal sealed class OfferRefusedException(string why) : Exception(why);
