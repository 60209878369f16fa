using Attendance.CameraApi.Capture;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture;

public sealed class WorkerCommandTests : IDisposable
{
    private const string Variable = "DOTNET_gcServer";

    private readonly string _home = Directory.CreateTempSubdirectory("attendance-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void A_worker_is_told_what_its_native_libraries_read_when_they_are_loaded()
    {
        var environment = WorkerCommand.StartInfo(maxPixels: 1234).Environment;

        Assert.Equal(("1234", "0"), (environment["OPENCV_IO_MAX_IMAGE_PIXELS"], environment["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"]));
    }

    [Fact]
    public void What_tunes_the_API_does_not_tune_its_workers()
    {
        var before = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, "1");
        try
        {
            Assert.DoesNotContain(Variable, WorkerCommand.StartInfo().Environment);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    [Fact]
    public void The_executable_is_preferred_to_the_library()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_home, "worker")).FullName;
        var (executable, library) = (Path.Combine(folder, OperatingSystem.IsWindows() ? "Attendance.CameraWorker.exe" : "Attendance.CameraWorker"), Path.Combine(folder, "Attendance.CameraWorker.dll"));

        File.WriteAllText(library, "");
        Assert.Equal(library, WorkerCommand.Find(_home));
        File.WriteAllText(executable, "");
        Assert.Equal(executable, WorkerCommand.Find(_home));
    }

    [Fact]
    public void A_program_that_is_missing_is_named() =>
        Assert.Contains("'worker/Attendance.CameraWorker'", Assert.Throws<FileNotFoundException>(() => WorkerCommand.Find(_home)).Message, StringComparison.Ordinal);
}
