namespace Attendance.Web.Faces.Liveness;

/// <summary>What a person is asked to do. Left and right are from the person's own view.</summary>
internal enum LivenessAction
{
    LookStraight,
    TurnLeft,
    TurnRight,
    Blink,
}

/// <summary>Why somebody has not shown that they are there themselves.</summary>
internal enum LivenessFault
{
    /// <summary>The action did not come in time.</summary>
    TooSlow,

    /// <summary>The head was turned to the other side.</summary>
    WrongSide,

    /// <summary>The face is not that of the first frame.</summary>
    AnotherFace,

    SeveralFaces,

    /// <summary>There was no face for too long.</summary>
    FaceLost,

    /// <summary>Frames are missing, come again, or come from an earlier time.</summary>
    FramesCut,
}

/// <summary>What one frame shows of the person who is to show that they are there themselves.</summary>
/// <param name="Sequence">The number of the frame, as the camera's server counts them.</param>
/// <param name="Faces">How many faces there are. What follows has a value only if there is one.</param>
/// <param name="Yaw">See <see cref="Finding.FacePoints.Yaw"/>.</param>
/// <param name="EyeOpenness">See <see cref="EyeOpenness.Measure"/>. Null if it cannot be measured.</param>
/// <param name="DistanceToFirst">
/// The distance of the face to that of the first frame of this challenge. Null if it cannot be recognized, as when the head moves fast.
/// </param>
internal sealed record LivenessFrame(long Sequence, DateTimeOffset TakenAt, int Faces, double Yaw, double? EyeOpenness, double? DistanceToFirst)
{
    public bool IsRecognizable => Faces == 1 && DistanceToFirst is not null;
}

internal abstract record LivenessProgress
{
    private LivenessProgress()
    {
    }

    /// <param name="Action">What the person must do now.</param>
    /// <param name="Step">The number of the action, from 1; 0 while the person is asked to look straight before the first one.</param>
    /// <param name="Until">When it must be done.</param>
    internal sealed record Asked(LivenessAction Action, int Step, DateTimeOffset Until) : LivenessProgress;

    internal sealed record Passed : LivenessProgress;

    /// <param name="Action">What the person was asked to do.</param>
    internal sealed record Failed(LivenessFault Fault, LivenessAction Action) : LivenessProgress;
}
