namespace Attendance.CameraApi.Capture;

internal static class CaptureFailureCodes
{
    private static readonly string[] s_names = EnumNames.Of<CaptureFailureCode>();

    public static string Name(this CaptureFailureCode code) => s_names[(int)code];
}
