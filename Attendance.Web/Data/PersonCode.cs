namespace Attendance.Web.Data;

/// <summary>What a person can check in with instead of the face.</summary>
internal sealed class PersonCode
{
    public Guid PersonId { get; init; }

    /// <summary>The hash of the personal code, or null if there is none.</summary>
    public string? CodeHash { get; set; }

    public DateTime? CodeIssuedAt { get; set; }

    /// <summary>The version of the QR codes that are valid. Increasing it revokes every one that was issued before. 0: none was issued.</summary>
    public int QrVersion { get; set; }

    public DateTime? QrIssuedAt { get; set; }

    /// <summary>Whether QR codes of the current version are valid.</summary>
    public bool HasQr { get; set; }
}

/// <summary>Counts wrong personal codes in a row, of one person or at one place, or faces that were not that of one person's number.</summary>
internal sealed class CodeCount
{
    public const int KeyLength = 128;

    public required string Key { get; init; }

    /// <summary>The person, or null if the count is that of a place.</summary>
    public Guid? PersonId { get; init; }

    public int Attempts { get; init; }

    /// <summary>When the first of these attempts was made. Those of a place are forgotten after a while, those of a person by a right code.</summary>
    public DateTime Since { get; init; }

    public DateTime? LockedUntil { get; init; }
}
