using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.CameraWorker;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Telemetry;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>A worker that somebody started by hand has a camera open: it is found, everybody is told, and it is gone.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class LeakTests(LeakTests.Fixture fixture) : IClassFixture<LeakTests.Fixture>
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(10);

    private readonly AttendanceSystem _system = fixture.System;
    private readonly WebhookReceiver _webhook = fixture.Webhook;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Film => fixture.Film;

    [Fact]
    public async Task A_worker_that_was_started_by_hand_is_found_told_everywhere_and_ended()
    {
        await using var prometheus = PrometheusServer.IsInstalled
            ? await PrometheusServer.StartAsync(_system.Api.BaseAddress!, TestSecrets.ApiKey, Cancel)
            : null;
        await using var events = await EventReader.OpenAsync(_system.Api, live: false, Cancel);
        await using var worker = RunningWorker.StartAndOpen("file:" + Film);
        await worker.OpenedAsync(); // by hand, past the API, with the film in its hands
        var started = TimeProvider.System.GetTimestamp();

        var alert = (await events.NextAsync("alert_opened", data => data.GetProperty("camera_id").GetString() == "film", s_bound, Cancel)).GetProperty("alert");
        Assert.Equal(("leak", "critical"), (alert.GetProperty("rule").GetString(), alert.GetProperty("severity").GetString()));
        var id = alert.GetProperty("id").GetString()!;
        await Eventually.TrueAsync(() => !Processes.IsAlive(worker.Id), s_bound, "the worker is gone");

        var told = await _webhook.NextAsync(received => received.Type == "alert.opened" && received.Data.GetProperty("id").GetString() == id, s_bound, Cancel);
        told.AssertSigned();
        Assert.Equal(id, told.Data.GetProperty("id").GetString());
        using (var health = await _system.Api.GetAsync("/health/cameras", Cancel))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
            Assert.Contains("film", await health.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(
            async () => (await _system.LogAsync("camera-api")).Contains($"ALERT leak (critical, {id}) film", StringComparison.Ordinal), s_bound, "the log tells");
        if (prometheus is null)
        {
            TestContext.Current.AddWarning($"The metric and Prometheus' own alert were not looked at: {PrometheusServer.Missing}");
        }
        else
        {
            await prometheus.UntilAsync("attendance_alert_active{attendance_alert_rule='leak', attendance_alert_severity='critical'} == 1", Cancel);
            await prometheus.UntilAsync("attendance_camera_leaks_total{attendance_camera_id='film', attendance_leak_kind='device_open_without_lease'} == 1", Cancel);
            await prometheus.UntilFiresAsync("AttendanceCameraLeak", s_bound, Cancel);
        }

        var listed = (await _system.Api.GetFromJsonAsync<JsonElement>("/api/alerts", Cancel)).GetProperty("alerts").EnumerateArray()
            .Single(one => one.GetProperty("id").GetString() == id);
        Assert.Equal("open", listed.GetProperty("state").GetString());
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, s_bound);

        // Nothing is left of it, and nobody has to say so.
        var lease = await _system.AcquireAsync("film", "camera_123456789_abc123");
        using var released = await _system.Api.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        await events.NextAsync("alert_resolved", data => data.GetProperty("alert").GetProperty("id").GetString() == id, TimeSpan.FromSeconds(30), Cancel);
        (await _webhook.NextAsync(received => received.Type == "alert.resolved" && received.Data.GetProperty("id").GetString() == id, s_bound, Cancel)).AssertSigned();
        if (prometheus is not null)
        {
            await prometheus.UntilAsync("attendance_alert_active{attendance_alert_rule='leak', attendance_alert_severity='critical'} == 0", Cancel);
            await prometheus.UntilAsync("attendance_camera_leak_open{attendance_camera_id='film'} == 0", Cancel);
        }

        using var well = await _system.Api.GetAsync("/health/cameras", Cancel);
        Assert.Equal(HttpStatusCode.OK, well.StatusCode);
    }

    [Fact]
    public async Task A_worker_that_claims_to_be_the_APIs_own_is_found_too()
    {
        var api = ProcessIdentity.Of(await _system.ProcessAsync("camera-api", Cancel))!.Value;
        await using var worker = RunningWorker.Start(api);

        await Eventually.TrueAsync(() => !Processes.IsAlive(worker.Id), s_bound, "the worker is gone");
        await Eventually.TrueAsync(
            async () => (await _system.LogAsync("camera-api")).Contains("unknown_worker", StringComparison.Ordinal), s_bound, "the log tells");
        await Eventually.TrueAsync(
            async () => (await _system.Api.GetFromJsonAsync<JsonElement>("/api/alerts", Cancel)).GetProperty("alerts").EnumerateArray()
                .All(one => one.GetProperty("state").GetString() == "resolved"),
            TimeSpan.FromSeconds(30), "nothing of it is left for the next test");
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("attendance-leak-").FullName;

        internal WebhookReceiver Webhook { get; private set; } = null!;

        internal AttendanceSystem System { get; private set; } = null!;

        internal string Film => Path.Combine(_folder, "film.avi");

        public async ValueTask InitializeAsync()
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has open is read from /proc.");
            TestFilm.Write(Film, 160, 120, frameRate: 20, frames: 40, i => Scalar.All(20 + 5 * i));
            Webhook = await WebhookReceiver.StartAsync(CancellationToken.None);
            System = await AttendanceSystem.StartAsync(
                CancellationToken.None,
                $"--Cameras:film:Source=file:{Film}",
                "--Alerts:ResolveAfter=00:00:12",
                $"--Alerts:Webhooks:ops:Url={Webhook.Url}",
                $"--Alerts:Webhooks:ops:Secret={WebhookReceiver.Secret}");
        }

        public async ValueTask DisposeAsync()
        {
            await System.DisposeAsync();
            await Webhook.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
