using System.Numerics;

namespace Attendance.Web.Faces.Finding;

/// <summary>
/// The points of a face from which its pose is computed, in pixels of the unmirrored picture. The pages measure in the same way
/// (<c>js/enrollment/shot-figures.js</c>).
/// </summary>
internal sealed class FacePoints
{
    private readonly Vector2 _betweenEyes;
    private readonly Vector2 _across; // along the line of the eyes, so that a tilted head makes no difference
    private readonly Vector2 _down;
    private readonly Vector2 _nose;   // measured from the point between the eyes
    private readonly Vector2 _mouth;
    private readonly float _eyes;
    private readonly float _eyesToMouth;

    private FacePoints(Vector2 leftEye, Vector2 rightEye, Vector2 nose, Vector2 mouth)
    {
        (LeftEye, RightEye, Nose, Mouth) = (leftEye, rightEye, nose, mouth);
        _betweenEyes = (leftEye + rightEye) / 2;
        _eyes = Vector2.Distance(leftEye, rightEye);
        _across = (rightEye - leftEye) / _eyes;
        _down = new(-_across.Y, _across.X);
        _nose = nose - _betweenEyes;
        _mouth = mouth - _betweenEyes;
        _eyesToMouth = Vector2.Dot(_mouth, _down);
    }

    /// <summary>The eye on the left of the picture.</summary>
    public Vector2 LeftEye { get; }

    /// <summary>The eye on the right of the picture.</summary>
    public Vector2 RightEye { get; }

    public Vector2 Nose { get; }

    public Vector2 Mouth { get; }

    /// <summary>The distance of the eyes in pixels.</summary>
    public float EyeDistance => _eyes;

    /// <summary>About 0 from the front, about 0.3 when the head is turned to the person's own left, and about -0.3 to the right.</summary>
    public double Yaw => Vector2.Dot(_nose, _across) / _eyes;

    /// <summary>
    /// About 0.4 to 0.5 from the front, less when the person looks up, and more when the person looks down. It differs between people.
    /// </summary>
    public double Pitch => Vector2.Dot(_nose, _down) / _eyesToMouth;

    /// <summary>The size of the face in pixels: the larger of two distances, because turning the head shortens one and nodding the other.</summary>
    public float Extent => Math.Max(_eyes, _eyesToMouth);

    public Vector2 Centre => _betweenEyes + _mouth / 2;

    /// <summary>Returns null if the points are not those of an upright face, because nothing can be measured from them.</summary>
    /// <param name="anEye">Either of the two eyes.</param>
    public static FacePoints? From(Vector2 anEye, Vector2 otherEye, Vector2 nose, Vector2 mouth)
    {
        var (left, right) = anEye.X <= otherEye.X ? (anEye, otherEye) : (otherEye, anEye);
        var points = new FacePoints(left, right, nose, mouth);
        return points._eyes >= 1 && points._eyesToMouth >= 1 ? points : null; // also null if a value is not a number
    }
}
