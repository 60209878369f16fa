using System.Security.Cryptography;
using Attendance.Web.Faces.Recognition;

namespace Attendance.Web.Faces.Liveness;

/// <summary>
/// Leads what is seen of a person through a <see cref="LivenessChallenge"/>. Whoever recognizes the person afterwards compares with
/// <see cref="First"/>, so that the one who is marked is the one who was challenged.
/// </summary>
internal sealed class LivenessCheck(LivenessChallenge challenge)
{
    /// <summary>The face with which the challenge began, or null before there was one.</summary>
    public FaceEmbedding? First { get; private set; }

    public LivenessProgress Progress => challenge.Progress;

    /// <summary>Begins a challenge that nobody can foresee.</summary>
    public static LivenessCheck Begin(LivenessOptions options, DateTimeOffset now) => new(new(options, RandomNumberGenerator.GetInt32, now));

    /// <summary>Fails the challenge if its time is over. To be called also while no frame comes.</summary>
    public LivenessProgress Tick(DateTimeOffset now) => challenge.Tick(now);

    public LivenessProgress Observe(long sequence, DateTimeOffset takenAt, FaceObservation observation)
    {
        if (Progress is LivenessProgress.Asked { Action: LivenessAction.LookStraight } && observation is FaceObservation.OneFace { Embedding: { } first })
        {
            First = first; // the frame with which the person looks straight becomes the first one
        }

        return challenge.Observe(observation switch
        {
            FaceObservation.OneFace one => new(sequence, takenAt, 1, one.Figures.Yaw, one.EyeOpenness, First is null ? null : one.Embedding?.DistanceTo(First)),
            FaceObservation.SeveralFaces several => new(sequence, takenAt, several.Faces, 0, null, null),
            _ => new(sequence, takenAt, 0, 0, null, null),
        });
    }
}
