namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Standard error, a line an event; the API logs it under the camera's id. No source is ever written: it may hold credentials.</summary>
internal static class WorkerLog
{
    public static void Write(string line) => Console.Error.WriteLine(line);
}
