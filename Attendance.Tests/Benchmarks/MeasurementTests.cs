using Attendance.Benchmarks.Http;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Streaming;
using Xunit;

namespace Attendance.Tests.Benchmarks;

/// <summary>Tests that the benchmarks still run on the real programs, not how fast they are.</summary>
public sealed class MeasurementTests
{
    private static readonly TimeSpan s_shortly = TimeSpan.FromMilliseconds(300);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leases_are_measured_while_other_sessions_hold_their_sockets()
    {
        Assert.SkipWhen(RedisServer.Missing() is not null, RedisServer.Missing() ?? "");
        await using var redis = await RedisServer.StartAsync(Cancel);
        await using var api = await CameraApiServer.StartAsync(redis, "bench", new Dictionary<string, string>(), Cancel);
        var load = new LeaseLoad(api, callers: 4, attended: true);

        await load.RunAsync(s_shortly, measure: false, Cancel);
        Assert.Equal(0, load.Cycles.Count);

        await using (await AttendedSessions.StartAsync(api, 20, Cancel))
        {
            await load.RunAsync(s_shortly, measure: true, Cancel);
        }

        Assert.InRange(load.Cycles.Count, 4, int.MaxValue);
        Assert.True(load.Cycles.Median >= load.First.Percentile(0) + load.Second.Percentile(0));
    }

    [Fact]
    public async Task A_network_camera_s_stream_is_measured_and_nothing_of_it_is_left()
    {
        Assert.SkipWhen(RedisServer.Missing() is not null, RedisServer.Missing() ?? "");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It reads /proc, which Linux has.");
        IReadOnlyList<int> family;
        await using (var source = new NetworkCamera(320, 240))
        await using (var redis = await RedisServer.StartAsync(Cancel))
        await using (var api = await CameraApiServer.StartAsync(
            redis, "bench", new Dictionary<string, string> { ["Cameras:camera:Source"] = source.Address.ToString() }, Cancel))
        {
            var camera = await api.AcquireAsync("camera", "bench-streaming", Cancel);
            var stream = new StreamedCamera(new Uri(api.Address, camera.StreamUrl), api.ApiKey, api.Pid);

            var figures = await stream.MeasureAsync(viewers: 3, s_shortly, Cancel);

            Assert.InRange(figures.FramesPerSecond, double.Epsilon, 100);
            Assert.InRange(figures.BytesPerFrame, 1000, 1_000_000);
            Assert.InRange(figures.Memory, 1, 4096);
            family = [.. ProcessUsage.Family(api.Pid), redis.Pid];
        }

        Assert.True(family.Count >= 3); // the API, its worker and the store at the least
        Assert.All(family, pid => Assert.False(Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal)));
    }
}
