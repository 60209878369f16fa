using Attendance.Capture.Devices;
using Attendance.Tests.CameraWorker;
using Xunit;

namespace Attendance.Tests.V4l2;

/// <summary>The guest's two devices, as the kernel and other programs see them.</summary>
internal static class Vivid
{
    public const string First = "platform-vivid-000";
    public const string Second = "platform-vivid-001";
    private const string Driver = "/sys/bus/platform/drivers/vivid/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Where a device is now: its number may change with every plugging in.</summary>
    public static string NodeOf(string id) => new DeviceDiscovery().Locate(id) ?? throw new InvalidOperationException($"{id} is not attached.");

    /// <summary>As at the start of the machine, whatever a test that failed has left.</summary>
    public static async Task AttachAsync()
    {
        var discovery = new DeviceDiscovery();
        if (discovery.Locate(First) is not null && discovery.Locate(Second) is not null)
        {
            return;
        }

        if (Directory.Exists(Driver + "vivid.0"))
        {
            await UnplugAsync();
        }

        await PlugInAsync();
        await Eventually.TrueAsync(() => Task.FromResult(discovery.Locate(First) is not null && discovery.Locate(Second) is not null), DeviceApi.Patience, "both devices are attached");
    }

    /// <summary>Pulls out both devices: they are one to the bus.</summary>
    public static Task UnplugAsync() => File.WriteAllTextAsync(Driver + "unbind", "vivid.0", Cancel);

    public static Task PlugInAsync() => File.WriteAllTextAsync(Driver + "bind", "vivid.0", Cancel);

    /// <summary>Sets what the driver offers for making faults; anybody may, also while another program streams.</summary>
    public static async Task SetAsync(string node, string control, int value)
    {
        var (code, output) = await RunningWorker.RunAsync("v4l2-ctl", "-d", node, "-c", $"{control}={value}");
        Assert.True(code == 0, output);
    }

    /// <returns>Each control with its value.</returns>
    public static async Task<string[]> GetAsync(string node, params string[] controls)
    {
        var (code, output) = await RunningWorker.RunAsync("v4l2-ctl", "-d", node, "-C", string.Join(',', controls));
        Assert.True(code == 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Moves the clock of the machine.</summary>
    public static async Task JumpAsync(TimeSpan by)
    {
        var (code, output) = await RunningWorker.RunAsync("date", "-s", $"@{(DateTimeOffset.UtcNow + by).ToUnixTimeSeconds()}");
        Assert.True(code == 0, output);
    }

    public static async Task<bool> AnotherProgramCanStreamAsync(string node)
    {
        var (code, output) = await RunningWorker.RunAsync("v4l2-ctl", "-d", node, "--stream-mmap", "--stream-count=3", "--stream-to=/dev/null");
        return code == 0 && !output.Contains("busy", StringComparison.OrdinalIgnoreCase);
    }
}
