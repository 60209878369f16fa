using Attendance.ServiceDefaults;

namespace Attendance.Web.Forwarding;

/// <summary>
/// Logs when camera-api stops answering and when it answers again. Pages ask every few seconds, so repeated failures are not logged.
/// </summary>
internal sealed partial class CameraApiReach(ILogger<CameraApiReach> logger)
{
    private readonly RepeatedFailure _failure = new();

    public void Failed(string why)
    {
        if (_failure.IsNew(why))
        {
            LogFailed(why);
        }
    }

    public void Answered()
    {
        if (_failure.IsOver())
        {
            LogAnswers();
        }
    }

    [LoggerMessage(LogLevel.Warning, "A request could not be forwarded to camera-api: {Why}. This is logged again when the cause changes")]
    private partial void LogFailed(string why);

    [LoggerMessage(LogLevel.Information, "camera-api answers again")]
    private partial void LogAnswers();
}
