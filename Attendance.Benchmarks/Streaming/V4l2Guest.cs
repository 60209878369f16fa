using System.Diagnostics;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Streaming;

/// <summary>Runs this same program in the virtual machine of the V4L2 suite, which has a device, and takes over the table it prints.</summary>
internal static class V4l2Guest
{
    private const string Title = V4l2Streaming.Title;
    private static readonly string[] s_servers = ["ustreamer", "motion"];
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(12); // a minute of it to boot, most of the rest to compile, emulated

    public static bool IsHere => Environment.GetEnvironmentVariable("ATTENDANCE_V4L2") == "1";

    public static async Task<ReportTable> MeasureAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        if (run.Quick)
        {
            return NotMeasured("a quick run boots no virtual machine.");
        }

        if (s_servers.Where(server => !RedisServer.OnPath(server)).ToList() is { Count: > 0 } missing)
        {
            return NotMeasured($"{string.Join(" and ", missing)} is not installed (Debian: apt-get install ustreamer motion).");
        }

        run.Say("booting the virtual machine with a V4L2 device");
        var start = new ProcessStartInfo(
            Path.Combine(Runner.Repository(), "Attendance.Tests/V4l2/vm/boot.sh"),
            [Path.Combine(Runner.Repository(), "Attendance.Benchmarks/Streaming/guest.sh")])
        {
            Environment = { ["V4L2_VM_TIMEOUT"] = $"{s_bound.TotalSeconds:0}" },
        };
        await using var boot = ChildProcess.Start(start);
        await boot.WaitForExitAsync(cancellationToken);
        return Read(boot.Output.Split('\n', StringSplitOptions.TrimEntries));
    }

    /// <summary>The lines that the guest printed. They need no checking, because this program wrote them.</summary>
    private static ReportTable Read(string[] lines)
    {
        var table = lines.SkipWhile(line => line != $"### {Title}").Where(line => line.StartsWith('|')).Select(Cells).ToList();
        var note = lines.SkipWhile(line => line != $"### {Title}").FirstOrDefault(line => line.StartsWith(V4l2Streaming.NoteBegin, StringComparison.Ordinal));
        return table.Count > 2
            ? new ReportTable(Title, table[0], [.. table.Skip(2)], note) { Goals = [.. V4l2Streaming.Goals([.. table.Skip(2)])] }
            : NotMeasured($"the virtual machine did not say it: {string.Join(" / ", lines.Where(line => line.Length > 0).TakeLast(4))}");
    }

    private static ReportTable NotMeasured(string reason) => ReportTable.NotMeasured(Title, reason) with { Goals = [.. V4l2Streaming.Goals([])] };

    private static string[] Cells(string line) => line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
}
