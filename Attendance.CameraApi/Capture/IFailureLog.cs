using Attendance.CameraApi.Cameras;

namespace Attendance.CameraApi.Capture;

/// <summary>Records how a camera failed, so that the failure counts in the camera's rating.</summary>
internal interface IFailureLog
{
    void Failed(Camera camera, QualityFailure failure);
}

internal enum QualityFailure
{
    OpenFailed,

    /// <summary>The camera stopped delivering while it was in use.</summary>
    Stalled,

    /// <summary>The camera was unplugged, or its worker ended, while it was in use.</summary>
    Interrupted,

    /// <summary>The camera did not come back, and its lease was ended because of that.</summary>
    Lost,

    /// <summary>The camera could not be proven free after its release.</summary>
    Quarantined,
}
