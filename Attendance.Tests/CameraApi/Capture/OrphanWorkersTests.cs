using System.Diagnostics;
using Attendance.CameraApi.Capture;
using Attendance.Tests.CameraWorker;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture;

public sealed class OrphanWorkersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_whose_owner_is_gone_is_an_orphan_and_no_other()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Orphans are found through /proc.");

        // A real worker would end by itself, so this one only looks like one.
        var folder = Directory.CreateTempSubdirectory("attendance-");
        var script = Path.Combine(folder.FullName, WorkerProgram.Name);
        await File.WriteAllTextAsync(script, "sleep 60 & echo ready; wait", Cancel);
        await using var owned = RunningWorker.Start();
        try
        {
            // The camera APIs of other tests end orphans, so one may be gone before it is looked for.
            await Eventually.TrueAsync(() => IsFoundAsync(script), "an orphan is found");
            Assert.DoesNotContain(OrphanWorkers.Find(), worker => worker.Id == owned.Id);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_worker_in_a_container_is_that_containers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Orphans are found through /proc.");
        Assert.SkipUnless((await RunningWorker.RunAsync("unshare", "--pid", "--fork", "true")).Code == 0, "This user may not make a PID namespace.");
        var folder = Directory.CreateTempSubdirectory("attendance-");
        var script = Path.Combine(folder.FullName, WorkerProgram.Name);
        var start = Path.Combine(folder.FullName, "start");
        await File.WriteAllTextAsync(script, "echo ready; sleep 60; true", Cancel);
        await File.WriteAllTextAsync(start, $"exec bash {script} --owner 1:1", Cancel);
        using var container = Process.Start(new ProcessStartInfo("unshare", ["--pid", "--fork", "--kill-child", "bash", start]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("ready", await container.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(RunningWorker.Patience, Cancel));

            var worker = Assert.Single(Processes.ChildrenOf(container.Id), child => Processes.CommandLine(child).Contains(script, StringComparison.Ordinal));
            Assert.DoesNotContain(OrphanWorkers.Find(), orphan => orphan.Id == worker);
        }
        finally
        {
            container.Kill(entireProcessTree: true);
            await container.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    private static async Task<bool> IsFoundAsync(string script)
    {
        using var orphan = Process.Start(new ProcessStartInfo("bash", [script, "--owner", "1:1", "--camera", "door"]) { RedirectStandardOutput = true })!;
        try
        {
            await orphan.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(RunningWorker.Patience, Cancel);
            return OrphanWorkers.Find().Any(worker => worker.Id == orphan.Id);
        }
        finally
        {
            orphan.Kill(entireProcessTree: true);
            await orphan.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("grep --owner 1:1", false)]
    [InlineData("--owner 1:1", false)]
    [InlineData("/opt/worker/Attendance.CameraWorker --owner", false)]
    [InlineData("/opt/worker/Attendance.CameraWorker --owner x", false)]
    [InlineData("/opt/Attendance.CameraApi --owner 1:1", false)]
    [InlineData("/opt/worker/Attendance.CameraWorker --owner 1:1", true)]
    [InlineData("dotnet /opt/worker/Attendance.CameraWorker.dll --owner 1:1 --camera door", true)]
    public void Only_a_workers_command_line_is_one(string commandLine, bool isOne) =>
        Assert.Equal(isOne, OrphanWorkers.OwnerOf(commandLine.Split(' ')) is not null);
}
