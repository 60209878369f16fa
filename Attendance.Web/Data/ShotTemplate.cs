namespace Attendance.Web.Data;

/// <summary>
/// The numbers that the face in a picture becomes, encrypted for this shot only. They are deleted with the shot by the database, so that
/// none is left of a picture that is gone.
/// </summary>
internal sealed class ShotTemplate
{
    public const int ModelLength = 32;

    public Guid ShotId { get; init; }

    /// <summary>The model that made the numbers. Those of different models cannot be compared.</summary>
    public required string Model { get; init; }

    /// <summary>The version of the code around the model.</summary>
    public int Version { get; init; }

    public required byte[] Sealed { get; init; }
}
