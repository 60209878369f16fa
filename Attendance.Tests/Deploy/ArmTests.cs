using System.Buffers.Binary;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>The capture worker for another processor, as a Raspberry Pi at a door needs it. It is not run here.</summary>
public sealed class ArmTests : IDisposable
{
    private const ushort Aarch64 = 183; // EM_AARCH64

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-arm-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_worker_is_published_for_Linux_on_ARM()
    {
        var program = Path.Combine(_folder.FullName, "app");
        await using var publish = ServerProcess.Start(
            "dotnet",
            ["publish", Repository.PathOf("Attendance.CameraWorker"), "-c", "Release", "-r", "linux-arm64", "--artifacts-path", Path.Combine(_folder.FullName, "artifacts"), "-o", program, "-nodeReuse:false"],
            new Dictionary<string, string> { ["RunAnalyzers"] = "false" });

        Assert.True(await publish.ExitAsync(TimeSpan.FromMinutes(3)) == 0, publish.Output);

        var header = new byte[20];
        await using var file = File.OpenRead(Path.Combine(program, "Attendance.CameraWorker"));
        await file.ReadExactlyAsync(header, TestContext.Current.CancellationToken);
        Assert.Equal("\u007FELF"u8, header.AsSpan(0, 4));
        Assert.Equal(Aarch64, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(18)));
        Assert.True(File.Exists(Path.Combine(program, "Attendance.CameraWorker.dll")), "Without a linker for ARM the worker is not native.");
    }
}
