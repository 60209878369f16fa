using System.Globalization;

namespace Attendance.CameraWorker.Host;

/// <summary>
/// Writes to standard error, one line per event. The API logs the lines under the camera's id. A source is never written, because it may
/// hold credentials.
/// </summary>
internal static class WorkerLog
{
    public static void Write(string line) => Console.Error.WriteLine(line);

    public static void Opened(CaptureOpened opened) => Write(string.Create(
        CultureInfo.InvariantCulture, $"Opened: {opened.Width} x {opened.Height}, {opened.FrameRate:0.##} frames/s, {opened.Encoding}, {opened.Backend}"));
}
