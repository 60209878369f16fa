namespace Attendance.CameraApi.Capture;

internal static class CaptureFailureCodes
{
    private static readonly string[] s_names = EnumNames.Of<CaptureFailureCode>();

    /// <summary>The value of <c>error.type</c> for an exception: the failure of a camera that did not open, else the exception's name.</summary>
    public static string ErrorType(this Exception exception) => (exception as CameraUnavailableException)?.Failure.Code.Name() ?? exception.GetType().Name;

    public static string Name(this CaptureFailureCode code) => s_names[(int)code];
}
