namespace Attendance.Capture;

/// <summary>The capture worker's program as a command line shows it. Workers are found by it.</summary>
internal static class WorkerProgram
{
    public const string Name = "Attendance.CameraWorker";

    public const string Library = Name + ".dll";

    /// <summary>
    /// The option that names the process which owns the worker, in the text form of <see cref="ProcessIdentity"/>. It must be the first
    /// argument, because a worker is recognized by it.
    /// </summary>
    public const string OwnerOption = "--owner";
}
