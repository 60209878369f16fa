using System.Text.Json;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Sessions;

/// <summary>What the server says on a presence socket.</summary>
internal abstract record PresenceMessage(string Type)
{
    public virtual byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, GetType(), WireJson.Options);
}

/// <summary>The first thing a page hears.</summary>
/// <param name="Leases">What its session holds now.</param>
internal sealed record HelloMessage(double PingSeconds, double GraceSeconds, double HiddenHoldSeconds, IReadOnlyList<PresentLease> Leases)
    : PresenceMessage("hello");

/// <summary>The store has confirmed these.</summary>
internal sealed record RenewedMessage(IReadOnlyList<PresentLease> Leases) : PresenceMessage("renewed");

/// <summary>Said before the device is closed.</summary>
internal sealed record EndedMessage(string LeaseId, string CameraId, string Reason, string? Detail) : PresenceMessage("ended")
{
    public static EndedMessage From(CameraLease lease, LeaseEnd end) => new(lease.Id, lease.CameraId, end.Reason.Name(), end.Detail);
}

/// <summary>What another node says to this session.</summary>
internal sealed record RelayedMessage(byte[] Json) : PresenceMessage("relayed")
{
    public override byte[] ToJson() => Json;
}

/// <summary>Its camera was lost, and the lease, the same one, has another now. What was known of the one before counts no more.</summary>
internal sealed record MovedMessage(
    string LeaseId, string FromCameraId, string CameraId, long FencingToken, DateTime ExpiresAt, string? StreamUrl, string? SnapshotUrl)
    : PresenceMessage("moved")
{
    public static MovedMessage From(CameraLease lease, CameraLease to) => new(
        lease.Id,
        lease.CameraId,
        to.CameraId,
        to.FencingToken,
        to.ExpiresAt.UtcDateTime,
        LeaseResponse.PictureUrl(to, "stream"),
        LeaseResponse.PictureUrl(to, "snapshot"));
}

internal sealed record PresentLease(string LeaseId, string CameraId, DateTime ExpiresAt, int TtlSeconds)
{
    public static PresentLease From(CameraLease lease) =>
        new(lease.Id, lease.CameraId, lease.ExpiresAt.UtcDateTime, (int)lease.Ttl.TotalSeconds);
}

/// <summary>What a page says. A type that is not known here, or a text that is no such message, says nothing.</summary>
internal sealed record PageMessage(string? Type, bool? Hidden, string? LeaseId)
{
    public static PageMessage? TryParse(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize<PageMessage>(text, WireJson.Options);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            return null;
        }
    }
}
