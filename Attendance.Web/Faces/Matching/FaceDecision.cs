namespace Attendance.Web.Faces.Matching;

/// <summary>Whose face it is. It is decided in <see cref="FaceMatcher"/> and nowhere else.</summary>
internal abstract record FaceDecision
{
    private FaceDecision()
    {
    }

    /// <summary>The face is this person's: it is near enough, and everybody else is clearly farther.</summary>
    internal sealed record Accepted(Guid PersonId, FaceEvidence Evidence) : FaceDecision;

    /// <summary>The face may be either person's, and people must decide. Nobody may be marked by this.</summary>
    /// <param name="PersonId">The nearest person.</param>
    /// <param name="OtherId">The next-best one. Null if nobody else was expected.</param>
    internal sealed record Doubt(Guid PersonId, Guid? OtherId, FaceEvidence Evidence) : FaceDecision;

    /// <summary>The face is nobody's who is expected.</summary>
    internal sealed record Unknown(FaceEvidence Evidence) : FaceDecision;

    /// <summary>More frames are needed.</summary>
    internal sealed record NotYet : FaceDecision;
}

/// <summary>What a decision was made on. It holds numbers only: no face can be made of them, and none recognized.</summary>
/// <param name="Frames">How many frames were judged together.</param>
/// <param name="FramesFor">How many of them spoke for the decision.</param>
/// <param name="Distance">The mean distance of those frames to the nearest person. Null if nobody was expected.</param>
/// <param name="NextDistance">The same to the next-best person. Null if nobody else was expected.</param>
internal sealed record FaceEvidence(int Frames, int FramesFor, double? Distance, double? NextDistance);

/// <summary>One frame of somebody who checks in.</summary>
/// <param name="Sequence">The number of the frame, which grows.</param>
/// <param name="Faces">How many faces it shows.</param>
/// <param name="Embedding">The numbers of the face. Null unless there is exactly one, and it can be recognized.</param>
internal sealed record FaceFrame(long Sequence, DateTimeOffset TakenAt, int Faces, Recognition.FaceEmbedding? Embedding);

/// <summary>Somebody who is expected, with the mean of the embeddings of their pictures.</summary>
internal sealed record FaceCandidate(Guid PersonId, Recognition.FaceEmbedding Template);
