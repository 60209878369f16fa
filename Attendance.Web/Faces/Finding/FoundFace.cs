using System.Numerics;

namespace Attendance.Web.Faces.Finding;

/// <summary>A face in a picture, in pixels of that picture.</summary>
/// <param name="Points">Its eyes, nose and mouth.</param>
/// <param name="Middle">The middle of the box around it.</param>
/// <param name="Width">The width of the box around it.</param>
internal sealed record FoundFace(FacePoints Points, Vector2 Middle, float Width)
{
    /// <summary>Returns the same face in another picture, or null if that leaves nothing to measure.</summary>
    public FoundFace? Moved(Similarity similarity) =>
        FacePoints.From(similarity.Apply(Points.LeftEye), similarity.Apply(Points.RightEye), similarity.Apply(Points.Nose), similarity.Apply(Points.Mouth)) is { } points
            ? new(points, similarity.Apply(Middle), Width * similarity.Scale)
            : null;
}
