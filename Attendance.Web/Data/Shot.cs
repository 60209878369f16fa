
namespace Attendance.Web.Data;

/// <summary>What is known of one picture of a person. The picture itself is a <see cref="ShotPicture"/>.</summary>
internal sealed class Shot
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid PersonId { get; init; }

    public Pose Pose { get; init; }

    public DateTime TakenAt { get; init; }

    /// <summary>The account that was signed in.</summary>
    public required string TakenBy { get; init; }

    /// <summary>By hand, so that the pose is the operator's judgement.</summary>
    public bool Manual { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    /// <summary>Variance of the Laplacian over the face.</summary>
    public double Sharpness { get; init; }

    /// <summary>Mean luma of the face, 0 to 255.</summary>
    public double Brightness { get; init; }

    /// <summary>Of the face, relative to the shorter side of the picture.</summary>
    public double Size { get; init; }

    /// <summary>About 0 from the front, 0.3 when turned to the person's own left, -0.3 to the right.</summary>
    public double Yaw { get; init; }

    /// <summary>About 0.4 to 0.5 from the front, less when looking up, more when looking down.</summary>
    public double Pitch { get; init; }

    public required string CameraId { get; init; }

    public required string LeaseRef { get; init; }

    /// <summary>Of the lease it was taken under.</summary>
    public long FencingToken { get; init; }
}

/// <summary>A JPEG, encrypted for this shot and no other. Apart from its figures, so that a list of them reads no picture.</summary>
internal sealed class ShotPicture
{
    public Guid ShotId { get; init; }

    public required byte[] Sealed { get; init; }
}
