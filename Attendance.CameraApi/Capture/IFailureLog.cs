using Attendance.CameraApi.Cameras;

namespace Attendance.CameraApi.Capture;

/// <summary>Is told how a camera failed, so that it is rated by it.</summary>
internal interface IFailureLog
{
    void Failed(Camera camera, QualityFailure failure);
}

internal enum QualityFailure
{
    OpenFailed,

    /// <summary>It stopped delivering while it was in use.</summary>
    Stalled,

    /// <summary>Its worker ended, or it was unplugged, while it was in use.</summary>
    Interrupted,

    /// <summary>It did not come back, and its lease was ended for it.</summary>
    Lost,

    /// <summary>It could not be shown to be free.</summary>
    Quarantined,
}
