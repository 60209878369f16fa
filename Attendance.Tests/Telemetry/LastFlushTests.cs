using System.Net;
using Attendance.CameraApi.Telemetry;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>Tests what a stopping service sends to its collector, and how long it tries.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class LastFlushTests(GarnetStore store) : IClassFixture<GarnetStore>
{
    private const string Session = "camera_123456789_abc123";

    /// <summary>Half a second for the last flush, the rest for the end of a process on a busy machine. The exporters' own time-outs are 10 s.</summary>
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Silence.Refuses)]
    [InlineData(Silence.Hangs)]
    [InlineData(Silence.Blackhole)]
    public async Task A_camera_api_without_a_collector_stops_as_fast_as_ever_and_frees_its_camera_first(Silence silence)
    {
        using var collector = new SilentCollector(silence);
        await using var api = await NodeProcess.StartAsync(
            store.ConnectionString, $"flush-{Guid.NewGuid():N}"[..20], ["--Cameras:demo:Source=test-pattern", .. AspireSettings.For(collector.Address)]);
        await api.AcquireAsync("demo", Session);
        var workers = Processes.WorkersOf(api.Pid);
        Assert.NotEmpty(workers);
        await WaitForExportsAsync();

        var started = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await api.SignalAsync("TERM"));
        var took = TimeProvider.System.GetElapsedTime(started);

        TestContext.Current.TestOutputHelper?.WriteLine($"{took.TotalSeconds:0.00} s");
        Assert.InRange(took, TimeSpan.Zero, s_bound);
        Assert.DoesNotContain(workers, Processes.IsAlive);
        Assert.Contains("released: lease", api.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Silence.Refuses)]
    [InlineData(Silence.Hangs)]
    [InlineData(Silence.Blackhole)]
    public async Task Web_without_a_collector_stops_as_fast_as_ever(Silence silence)
    {
        using var collector = new SilentCollector(silence);
        await using var web = await WebProcess.StartAsync(AspireSettings.For(collector.Address));
        using (var page = await web.Http.GetAsync("/sign-in", Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        await WaitForExportsAsync();

        var started = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await web.StopAsync());
        var took = TimeProvider.System.GetElapsedTime(started);

        TestContext.Current.TestOutputHelper?.WriteLine($"{took.TotalSeconds:0.00} s");
        Assert.InRange(took, TimeSpan.Zero, s_bound);
    }

    [Fact]
    public async Task A_release_at_the_end_of_a_node_is_still_exported()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var api = await NodeProcess.StartAsync(
            store.ConnectionString, $"flush-{Guid.NewGuid():N}"[..20], ["--Cameras:demo:Source=test-pattern", .. AspireSettings.For(receiver.Address)]);
        var lease = await api.AcquireAsync("demo", Session);

        // Every exporter has its connection, as in any service that has run for a few seconds.
        await Eventually.TrueAsync(
            () => receiver.Spans.Any(span => span.Name == "camera.acquire") && receiver.Points.Any() && receiver.LogRecords.Any(), s_patience, "all three signals arrive");

        Assert.Equal(0, await api.SignalAsync("TERM"));

        // The process is gone: what has not arrived by now, never will.
        var release = Assert.Single(receiver.Spans, span => span.Scope == CameraApiActivity.Name && span.Name == "camera.release");
        Assert.Equal("shutdown", release.Attributes["attendance.lease.release_reason"]);
        Assert.Contains(receiver.LogRecords, record => record.Text.Contains("released: lease " + lease.Ref, StringComparison.Ordinal));
        Assert.Contains(receiver.Points, point => point.Instrument.Name == "attendance.camera.release.duration" && point.Traces.Contains(release.TraceId));
    }

    /// <summary>Exporters send every second here; by then they hang in a request, or wait to try again.</summary>
    private static Task WaitForExportsAsync() => Task.Delay(TimeSpan.FromSeconds(2.5), Cancel);
}
