using Attendance.CameraWorker;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Pictures;

const int Misused = 2;

if (args is not [WorkerProgram.OwnerOption, var option, ..] || !ProcessIdentity.TryParse(option, out var owner))
{
    Console.Error.WriteLine($"usage: {WorkerProgram.Name} {WorkerProgram.OwnerOption} <pid>:<start time>. The camera API starts it; it is not for use by hand.");
    return Misused;
}

Stream output;
try
{
    output = NativeProcess.TakeStandardOutput();
}
catch (IOException exception)
{
    Console.Error.WriteLine(exception.Message);
    return Misused;
}

NativeProcess.Confine();

// OpenCV and FFmpeg log their input, which may be an address with a password.
NativeProcess.SetEnvironment("OPENCV_LOG_LEVEL", "SILENT");
NativeProcess.SetEnvironment("OPENCV_FFMPEG_LOGLEVEL", "-8");

OpenCvLibrary.Register();
using var worker = new CaptureWorker(owner.Value, output);
worker.Run();
return CaptureWorker.Released;
