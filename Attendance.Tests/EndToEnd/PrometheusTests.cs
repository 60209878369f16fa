using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Telemetry;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>The metrics as Prometheus reads them, by a real one with the rules that are shipped.</summary>
[Trait("Suite", "EndToEnd")]
[Collection(SharedSystem.Name)]
public sealed class PrometheusTests(SharedSystem shared) : IAsyncDisposable
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await shared.System.ReleaseAllAsync();

    [Fact]
    public async Task Prometheus_sees_a_camera_in_use_and_is_alarmed_by_a_leak()
    {
        var system = shared.System;
        await using var prometheus = await PrometheusServer.StartAsync(system.Api.BaseAddress!, TestSecrets.ApiKey, Cancel);

        // What other tests did to the system is over. (Not by ALERTS: there are none before the rules were looked at once.)
        await prometheus.UntilAsync("absent(attendance_alert_active{attendance_alert_severity='critical', attendance_alert_rule!='leak'} > 0)", Cancel);

        await Leftover.LeaveAsync(system, "second", Cancel);
        var lease = await system.AcquireAsync("demo", "camera_123456789_abc123");
        await prometheus.UntilAsync("attendance_camera_lease_active{attendance_camera_id='demo'} == 1", Cancel);
        await prometheus.UntilAsync("attendance_camera_frame_age_seconds{attendance_camera_id='demo'} < 2", Cancel);
        await prometheus.UntilAsync("target_info{job='camera-api', service_name='camera-api'}", Cancel);
        await AssertNeedsKeyAsync(system);
        Assert.Empty(await WhatPromtoolSaysAsync(system));
        await system.ReleaseAllAsync();

        // One that is not open has no frames, however old.
        await prometheus.UntilAsync("attendance_camera_lease_active{attendance_camera_id='demo'} == 0", Cancel);
        await prometheus.UntilAsync("absent(attendance_camera_frame_age_seconds{attendance_camera_id='demo'})", Cancel);
        await prometheus.UntilFiresAsync("AttendanceCameraLeak", s_bound, Cancel);

        // But for leaks: a worker that another test on this machine has left without an owner is one to this system, too.
        Assert.DoesNotContain(
            await prometheus.FiringAsync(Cancel),
            labels => labels["alertname"] != "AttendanceCameraLeak" && labels.GetValueOrDefault("attendance_alert_rule") != "leak");
        Assert.DoesNotContain(lease.Id, await ScrapeAsync(system), StringComparison.Ordinal);
    }

    private static async Task AssertNeedsKeyAsync(AttendanceSystem system)
    {
        using var client = new HttpClient { BaseAddress = system.Api.BaseAddress };
        foreach (var (header, value, target, expected) in ((string, string, string, HttpStatusCode)[])
        [
            ("X-Api-Key", TestSecrets.ApiKey, "/metrics", HttpStatusCode.OK),
            ("Authorization", $"Bearer {TestSecrets.ApiKey}", "/metrics", HttpStatusCode.OK),
            ("Authorization", $"Bearer {TestSecrets.ApiKey}", "/api/cameras", HttpStatusCode.Unauthorized),
            ("Authorization", $"Bearer {TestSecrets.ApiKey}1", "/metrics", HttpStatusCode.Unauthorized),
            ("Authorization", "Bearer ", "/metrics", HttpStatusCode.Unauthorized),
            ("Authorization", $"Basic {TestSecrets.ApiKey}", "/metrics", HttpStatusCode.Unauthorized),
            ("Accept", "*/*", "/metrics", HttpStatusCode.Unauthorized),
        ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Headers.TryAddWithoutValidation(header, value);
            using var answer = await client.SendAsync(request, Cancel);
            Assert.True(expected == answer.StatusCode, $"{target} with {header}: {answer.StatusCode}");
        }
    }

    /// <summary>Of our own metrics: the runtime's are named by .NET.</summary>
    private static async Task<string> WhatPromtoolSaysAsync(AttendanceSystem system)
    {
        var ours = (await ScrapeAsync(system)).Split('\n').Where(line => line.Contains("attendance_", StringComparison.Ordinal)).ToList();
        Assert.True(ours.Count > 50);
        return (await PrometheusFilesTests.PromtoolAsync(Path.GetTempPath(), string.Join('\n', ours) + "\n", "check", "metrics")).Said;
    }

    private static Task<string> ScrapeAsync(AttendanceSystem system) => system.Api.GetStringAsync("/metrics", Cancel);
}
