
namespace Attendance.Web.Data;

/// <summary>The data about one picture of a person. The picture itself is a <see cref="ShotPicture"/>.</summary>
internal sealed class Shot
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid PersonId { get; init; }

    public Pose Pose { get; init; }

    public DateTime TakenAt { get; init; }

    /// <summary>The id of the account that was signed in.</summary>
    public required string TakenBy { get; init; }

    /// <summary>Whether the picture was taken by hand, so that the operator decided whether the pose is right.</summary>
    public bool Manual { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    /// <summary>The variance of the Laplacian over the face.</summary>
    public double Sharpness { get; init; }

    /// <summary>The mean luma of the face, 0 to 255.</summary>
    public double Brightness { get; init; }

    /// <summary>The size of the face relative to the shorter side of the picture.</summary>
    public double Size { get; init; }

    /// <summary>About 0 from the front, 0.3 when the head is turned to the person's own left, and -0.3 to the right.</summary>
    public double Yaw { get; init; }

    /// <summary>About 0.4 to 0.5 from the front, less when the person looks up, and more when the person looks down.</summary>
    public double Pitch { get; init; }

    public required string CameraId { get; init; }

    public required string LeaseRef { get; init; }

    /// <summary>The fencing token of the lease under which the picture was taken.</summary>
    public long FencingToken { get; init; }
}

/// <summary>A JPEG, encrypted for this shot only. It is stored apart from the shot's data, so that listing shots reads no picture.</summary>
internal sealed class ShotPicture
{
    public Guid ShotId { get; init; }

    public required byte[] Sealed { get; init; }
}
