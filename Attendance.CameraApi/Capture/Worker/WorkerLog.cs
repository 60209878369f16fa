using System.Globalization;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Standard error, a line an event; the API logs it under the camera's id. No source is ever written: it may hold credentials.</summary>
internal static class WorkerLog
{
    public static void Write(string line) => Console.Error.WriteLine(line);

    public static void Opened(CaptureOpened opened) => Write(Describe(opened));

    /// <summary>The first line waits for the console, and for how numbers are written.</summary>
    public static void Preload(CaptureOpened sample)
    {
        Describe(sample);
        Console.Error.Write("");
    }

    private static string Describe(CaptureOpened opened) => string.Create(
        CultureInfo.InvariantCulture, $"Opened: {opened.Width} x {opened.Height}, {opened.FrameRate:0.##} frames/s, {opened.Encoding}, {opened.Backend}");
}
