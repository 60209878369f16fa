namespace Attendance.Web.Data;

/// <summary>
/// A face that may be either of two people's. Nobody is marked by it: an operator settles it. It holds no picture, and it is deleted with
/// either person.
/// </summary>
internal sealed class FaceDoubt
{
    public const int KioskLength = CheckInEvent.KioskLength, EvidenceLength = CheckInEvent.EvidenceLength;

    /// <summary>The name in <see cref="Evidence"/> of how many faces were not that of the person whose number was entered.</summary>
    public const string WrongFaces = "wrong_faces";

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public DateTime At { get; init; }

    /// <summary>When the last session that was open closes. Until then it is on the list.</summary>
    public DateTime Until { get; init; }

    public required string KioskId { get; init; }

    public required string Place { get; init; }

    /// <summary>The nearest person.</summary>
    public Guid PersonId { get; init; }

    /// <summary>The next-best one, or null if nobody else was expected.</summary>
    public Guid? OtherId { get; init; }

    /// <summary>The numbers that left the doubt, as JSON. Never a picture or a template.</summary>
    public string? Evidence { get; init; }

    public DateTime? SettledAt { get; set; }

    /// <summary>The account that settled it.</summary>
    public string? SettledBy { get; set; }

    /// <summary>Who it was by the operator's word, or null for neither.</summary>
    public Guid? SettledAs { get; set; }
}
