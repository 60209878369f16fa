using System.Text.Json;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Sessions;

/// <summary>A message from the server on a presence socket.</summary>
internal abstract record PresenceMessage(string Type)
{
    public virtual byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, GetType(), WireJson.Options);
}

/// <summary>The first message that a page gets.</summary>
/// <param name="Leases">The leases that its session holds now.</param>
internal sealed record HelloMessage(double PingSeconds, double GraceSeconds, double HiddenHoldSeconds, IReadOnlyList<PresentLease> Leases)
    : PresenceMessage("hello");

/// <summary>Lists the leases whose renewal the store has confirmed.</summary>
internal sealed record RenewedMessage(IReadOnlyList<PresentLease> Leases) : PresenceMessage("renewed");

/// <summary>Tells the page that a lease has ended. It is sent before the device is closed.</summary>
internal sealed record EndedMessage(string LeaseId, string CameraId, string Reason, string? Detail) : PresenceMessage("ended")
{
    public static EndedMessage From(CameraLease lease, LeaseEnd end) => new(lease.Id, lease.CameraId, end.Reason.Name(), end.Detail);
}

/// <summary>A message from another node to this session, passed on as it is.</summary>
internal sealed record RelayedMessage(byte[] Json) : PresenceMessage("relayed")
{
    public override byte[] ToJson() => Json;
}

/// <summary>Tells that the camera of a lease was lost and that the same lease has another camera now. What the page knew about the
/// previous camera is no longer valid.</summary>
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

/// <summary>A message from a page. Messages of an unknown type and texts that are not such a message are ignored.</summary>
internal sealed record PageMessage(string? Type, bool? Hidden, string? LeaseId)
{
    public static PageMessage? TryParse(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize<PageMessage>(text, WireJson.Options);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // InvalidOperationException: half a surrogate pair
        {
            return null;
        }
    }
}
