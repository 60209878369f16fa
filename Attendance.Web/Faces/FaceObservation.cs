using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Recognition;

namespace Attendance.Web.Faces;

/// <summary>What a frame of a camera shows. It holds numbers only, and no part of the picture.</summary>
internal abstract record FaceObservation
{
    private FaceObservation()
    {
    }

    /// <summary>The frame cannot be looked at, whatever it shows.</summary>
    internal sealed record Refused(PictureFault Fault) : FaceObservation;

    /// <summary>Others were looked at for so long that the frame is too old.</summary>
    internal sealed record TooOld : FaceObservation;

    internal sealed record NoFace : FaceObservation;

    /// <param name="Faces">How many there are, without those of people far behind.</param>
    internal sealed record SeveralFaces(int Faces) : FaceObservation;

    /// <param name="Points">The points of the face, in pixels of the frame.</param>
    /// <param name="Figures">Size, direction, light and sharpness of the face.</param>
    /// <param name="Flaws">What the person can do something about, the most important first. The pose is not judged.</param>
    /// <param name="Embedding">Null if the face has a flaw with which it is not recognized surely.</param>
    /// <param name="EyeOpenness">See <see cref="Liveness.EyeOpenness.Measure"/>. Null if it was not asked for, or cannot be measured.</param>
    internal sealed record OneFace(
        FacePoints Points, FaceFigures Figures, IReadOnlyList<ShotFlaw> Flaws, FaceEmbedding? Embedding, double? EyeOpenness) : FaceObservation;
}
