using System.Text.Json;

namespace Attendance.Web.Data;

/// <summary>Why a pairing has ended.</summary>
internal enum PairingEnd
{
    /// <summary>Its operator has ended it, or has asked for another one.</summary>
    Operator,

    /// <summary>The operator's page was left or is not heard of any more.</summary>
    PageGone,

    /// <summary>The operator's lease of the phone's camera has ended: given back, taken over, taken away, or its camera was lost.</summary>
    LeaseEnded,

    /// <summary>The operator was signed out, or the account was deleted or got another password.</summary>
    SignedOut,

    /// <summary>The phone has stopped.</summary>
    Phone,

    /// <summary>No phone has used the code in time.</summary>
    Unused,
}

internal static class PairingEnds
{
    /// <summary>Returns what the end is called in answers and in the audit.</summary>
    public static string Code(this PairingEnd end) => JsonNamingPolicy.SnakeCaseLower.ConvertName(end.ToString());
}

/// <summary>A phone that lends its camera to the page of an account, or the one-time code by which one will.</summary>
internal sealed class PhonePairing
{
    public const int CodeHashLength = 64, CameraLength = 64, EndLength = 16;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The account that has made it. It outlives the account, because its camera must be freed and its end told.</summary>
    public required string AccountId { get; init; }

    /// <summary>The security stamp of that account, which changes when it gets another password.</summary>
    public required string AccountStamp { get; init; }

    /// <summary>The session in which it was made: that of the operator's browser.</summary>
    public required string SignInId { get; init; }

    /// <summary>The id under which the phone lends its camera. The phone may lease this one and no other.</summary>
    public required string CameraId { get; init; }

    public DateTime MadeAt { get; init; }

    /// <summary>The hash of the one-time code, or null once it was used or is worth nothing.</summary>
    public string? CodeHash { get; set; }

    public DateTime CodeUntil { get; init; }

    /// <summary>When a phone has used the code, or null if none has yet.</summary>
    public DateTime? UsedAt { get; set; }

    /// <summary>When the operator's page was last heard of, accurate to the second. It counts only while no lease is bound.</summary>
    public DateTime SeenAt { get; set; }

    /// <summary>The operator's lease of the published camera, encrypted; null while there is none.</summary>
    public string? BoundLease { get; set; }

    public DateTime? EndedAt { get; set; }

    public PairingEnd? End { get; set; }

    /// <summary>Whether the phone's camera was shown to be free after the end.</summary>
    public bool IsFreed { get; set; }
}
