using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>What ops see and do, through the API of a system that runs.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class OperationsTests(OperationsTests.Fixture fixture) : IClassFixture<OperationsTests.Fixture>, IAsyncDisposable
{
    private const string Session = "camera_123456789_abc123";
    private const string BrowserCamera = "browser-0123456789abcdef0123456789abcdef-0123456789abcdef";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly object s_ops = new { by = "account-1", why = "The picture is upside down." };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AttendanceSystem System => fixture.System;

    public async ValueTask DisposeAsync() => await System.ReleaseAllAsync();

    [Fact]
    public async Task Who_watches_is_shown_everything_and_then_what_changes()
    {
        await using var events = await EventReader.OpenAsync(System.Api, live: true, Cancel);
        var snapshot = await events.NextAsync("snapshot", _ => true, s_patience, Cancel);
        Assert.Equal("available", Camera(snapshot.GetProperty("cameras"), "demo").GetProperty("state").GetString());
        var node = (await events.NextAsync("nodes", _ => true, s_patience, Cancel)).GetProperty("nodes")[0];
        Assert.Equal(("up", true), (node.GetProperty("state").GetString(), node.GetProperty("followed").GetBoolean()));
        Assert.Equal(node.GetProperty("node").GetString(), snapshot.GetProperty("node").GetString());
        Assert.NotEmpty(snapshot.GetProperty("trends").GetProperty("points").EnumerateArray());

        var lease = await System.AcquireAsync("demo", Session);
        var held = await events.NextAsync("cameras", data => StateOf(data, "demo") == "held", s_patience, Cancel);
        Assert.Equal(lease.Ref, Camera(held.GetProperty("changed"), "demo").GetProperty("lease_ref").GetString());
        Assert.Equal(8, Camera(held.GetProperty("changed"), "demo").GetProperty("session_ref").GetString()!.Length);
        await events.NextAsync("figures", data => data.GetProperty("figures").EnumerateArray().Any(figure => figure[1].ValueKind == JsonValueKind.Number && figure[1].GetDouble() > 5), s_patience, Cancel);

        using var released = await System.Api.DeleteAsync($"/api/leases/{lease.Id}?reason=manual", Cancel);
        var free = await events.NextAsync(
            "cameras", data => StateOf(data, "demo") == "available" && Camera(data.GetProperty("changed"), "demo").GetProperty("last_reason").GetString() == "manual", s_patience, Cancel);
        Assert.Equal(JsonValueKind.Null, Camera(free.GetProperty("changed"), "demo").GetProperty("lease_ref").ValueKind);
        Assert.All(events.All, heard => Assert.DoesNotContain(lease.Id, heard.Data.GetRawText(), StringComparison.Ordinal));
        Assert.All(events.All, heard => Assert.DoesNotContain(Session, heard.Data.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_camera_of_a_browser_comes_and_goes()
    {
        await using var events = await EventReader.OpenAsync(System.Api, live: true, Cancel);
        await events.NextAsync("snapshot", _ => true, s_patience, Cancel);

        var lease = await System.AcquireAsync(BrowserCamera, Session);
        await events.NextAsync("cameras", data => StateOf(data, BrowserCamera) == "held", s_patience, Cancel);
        using var released = await System.Api.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        await events.NextAsync(
            "cameras", data => data.GetProperty("removed").EnumerateArray().Any(id => id.GetString() == BrowserCamera), s_patience, Cancel);
    }

    [Fact]
    public async Task Who_comes_back_hears_what_was_missed()
    {
        string position;
        await using (var events = await EventReader.OpenAsync(System.Api, live: false, Cancel))
        {
            using var first = await System.Api.DeleteAsync($"/api/leases/{(await System.AcquireAsync("demo", Session)).Id}", Cancel);
            await events.NextAsync("lease_ended", _ => true, s_patience, Cancel);
            position = events.All[^1].Id!;
        }

        var missed = await System.AcquireAsync("demo", Session);
        using var second = await System.Api.DeleteAsync($"/api/leases/{missed.Id}", Cancel);
        await using var again = await EventReader.OpenAsync(System.Api, live: false, Cancel, position);
        await again.NextAsync("lease_ended", data => data.GetProperty("lease_ref").GetString() == missed.Ref, s_patience, Cancel);
        Assert.Equal(["lease_granted", "lease_ended"], again.All.Select(heard => heard.Event).Where(name => name != "position"));

        await using var lost = await EventReader.OpenAsync(System.Api, live: false, Cancel, "of-another-run-7");
        await lost.NextAsync("reset", _ => true, s_patience, Cancel);
    }

    [Fact]
    public async Task A_camera_is_taken_back_and_it_is_written_down_who_did_and_why()
    {
        var lease = await System.AcquireAsync("demo", Session);
        using var response = await System.Api.PostAsJsonAsync("/api/cameras/demo/release", s_ops, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("forced", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("reason").GetString());
        Assert.Equal("available", await System.StateAsync("demo"));
        var end = await System.LastEndAsync("demo");
        Assert.Equal((lease.Ref, "forced"), (end.GetProperty("lease_ref").GetString(), end.GetProperty("reason").GetString()));
        var entry = await AuditedAsync("release", "demo");
        Assert.Equal(("account-1", "The picture is upside down."), (entry.GetProperty("by").GetString(), entry.GetProperty("why").GetString()));
        Assert.DoesNotContain("upside down", await System.LogAsync("camera-api"), StringComparison.Ordinal); // somebody's words: kept, not logged

        await AssertProblemAsync("/api/cameras/demo/release", s_ops, HttpStatusCode.Conflict, "not_held");
    }

    /// <summary>Web says who; nobody can say so in its place.</summary>
    [Fact]
    public async Task Who_takes_a_camera_from_another_session_is_written_down()
    {
        var lease = await System.AcquireAsync("demo", Session);
        using var wish = new HttpRequestMessage(HttpMethod.Post, "/api/leases")
        {
            Content = JsonContent.Create(new { session_id = Session + "-another", camera_id = "demo", takeover = true }),
        };
        wish.Headers.Add("X-Account", "somebody-else");
        using var taken = await System.Operator.SendAsync(wish, Cancel);

        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        var entry = await AuditedAsync("takeover", "demo");
        Assert.NotEqual("somebody-else", entry.GetProperty("by").GetString());
        Assert.Matches("^[0-9a-zA-Z-]{8,64}$", entry.GetProperty("by").GetString());
        Assert.Contains(lease.Ref, entry.GetProperty("result").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_is_none_is_refused_by_the_name_of_its_header()
    {
        using var wish = new HttpRequestMessage(HttpMethod.Post, "/api/leases") { Content = JsonContent.Create(new { session_id = Session, camera_id = "demo" }) };
        wish.Headers.Add("X-Account", "a person's name");
        using var refused = await System.Api.SendAsync(wish, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.True((await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors").TryGetProperty("X-Account", out _));
        Assert.Equal("available", await System.StateAsync("demo"));
    }

    [Fact]
    public async Task A_camera_is_opened_again_under_the_same_lease()
    {
        await using var events = await EventReader.OpenAsync(System.Api, live: false, Cancel);
        var lease = await System.AcquireAsync("demo", Session);
        using var response = await System.Api.PostAsJsonAsync("/api/cameras/demo/reopen", s_ops, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);

        await events.NextAsync("camera_reopened", data => data.GetProperty("camera_id").GetString() == "demo", s_patience, Cancel);
        using var snapshot = await System.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
        using var released = await System.Api.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        await AuditedAsync("reopen", "demo");
    }

    [Fact]
    public async Task A_camera_is_out_of_quarantine_when_it_is_free_and_not_before()
    {
        await using var page = await PageSocket.OpenAsync(System.Api.BaseAddress!, Session, ("X-Api-Key", TestSecrets.ApiKey));
        await page.HearAsync("hello");
        await System.AcquireAsync(BrowserCamera, Session);
        await AssertProblemAsync($"/api/cameras/{BrowserCamera}/reopen", s_ops, HttpStatusCode.Conflict, "not_reopenable");

        // Its page lives and does not confirm that it stopped.
        await AssertProblemAsync($"/api/cameras/{BrowserCamera}/release", s_ops, HttpStatusCode.Conflict, "not_free");
        await AssertProblemAsync($"/api/cameras/{BrowserCamera}/unquarantine", s_ops, HttpStatusCode.Conflict, "not_free");
        using (var health = await System.Api.GetAsync("/health/cameras", Cancel))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
            Assert.Contains(BrowserCamera, await health.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        var alert = await AlertAsync("quarantined");
        Assert.Equal(("critical", "open"), (alert.GetProperty("severity").GetString(), alert.GetProperty("state").GetString()));
        await page.DisposeAsync(); // gone: it holds nothing any more
        await Eventually.TrueAsync(
            async () => await AlertAsync("quarantined") is var now && now.GetProperty("state").GetString() == "resolved", TimeSpan.FromSeconds(20), "the alert resolves");
        await AssertProblemAsync($"/api/cameras/demo/unquarantine", s_ops, HttpStatusCode.Conflict, "not_quarantined");
    }

    [Fact]
    public async Task An_alert_is_acknowledged_and_resolves_by_itself()
    {
        await using var events = await EventReader.OpenAsync(System.Api, live: false, Cancel);
        fixture.Camera.Set("fail open");
        for (var i = 0; i < 3; i++)
        {
            using var refused = await System.Api.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = fixture.Camera.Id }, Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        var opened = (await events.NextAsync("alert_opened", data => RuleOf(data) == "worker_crash_loop", s_patience, Cancel)).GetProperty("alert");
        var id = opened.GetProperty("id").GetString();
        using var acknowledged = await System.Api.PostAsJsonAsync($"/api/alerts/{id}/acknowledge", new { by = "account-1" }, Cancel);
        Assert.Equal(HttpStatusCode.OK, acknowledged.StatusCode);
        await events.NextAsync("alert_acknowledged", data => RuleOf(data) == "worker_crash_loop", s_patience, Cancel);
        await AuditedAsync("acknowledge", fixture.Camera.Id);

        fixture.Camera.Set("");
        var lease = await System.AcquireAsync(fixture.Camera.Id, Session);
        using var released = await System.Api.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        await events.NextAsync("alert_resolved", data => RuleOf(data) == "worker_crash_loop", TimeSpan.FromSeconds(20), Cancel);
        await Eventually.TrueAsync( // it is told first, and written to the store behind everybody's back
            async () =>
            {
                using var again = await System.Api.PostAsJsonAsync($"/api/alerts/{id}/acknowledge", new { by = "account-1" }, Cancel);
                return again.StatusCode == HttpStatusCode.Conflict;
            },
            s_patience, "the store has it as resolved");
        await AssertProblemAsync($"/api/alerts/{id}/acknowledge", new { by = "account-1" }, HttpStatusCode.Conflict, "alert_resolved");
        await AssertProblemAsync("/api/alerts/0000/acknowledge", new { by = "account-1" }, HttpStatusCode.NotFound, "unknown_alert");
        Assert.Equal("worker_crash_loop", (await AlertAsync("worker_crash_loop")).GetProperty("rule").GetString());
    }

    [Fact]
    public async Task Everything_is_taken_back_after_a_look_at_who_is_affected()
    {
        await System.AcquireAsync("demo", Session);
        using var preview = await System.Api.PostAsJsonAsync("/api/camera/cleanup", new { force = true, dry_run = true, by = "account-1", why = "Fire drill." }, Cancel);
        Assert.Contains("demo", await preview.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("held", await System.StateAsync("demo"));

        using var done = await System.Api.PostAsJsonAsync("/api/camera/cleanup", new { force = true, by = "account-1", why = "Fire drill." }, Cancel);
        Assert.Equal("available", await System.StateAsync("demo"));
        await AuditedAsync("release_all", null);
    }

    [Theory]
    [InlineData("/api/cameras/demo/release", "{}", "by")]
    [InlineData("/api/cameras/demo/release", "{}", "why")]
    [InlineData("/api/cameras/demo/reopen", """{"by":"a b","why":"long enough"}""", "by")]
    [InlineData("/api/cameras/demo/unquarantine", """{"by":"a","why":"x"}""", "why")]
    [InlineData("/api/cameras/demo/release", """{"by":"a","why":"two\nlines"}""", "why")]
    [InlineData("/api/camera/cleanup", """{"force":true,"by":"a"}""", "why")]
    [InlineData("/api/alerts/0/acknowledge", "{}", "by")]
    public async Task What_is_not_right_is_named(string path, string body, string field)
    {
        using var content = new StringContent(body, global::System.Text.Encoding.UTF8, "application/json");
        using var response = await System.Api.PostAsync(path, content, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True((await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData("/api/alerts?limit=0")]
    [InlineData("/api/audit?limit=100000")]
    public async Task A_limit_out_of_bounds_is_refused(string path)
    {
        using var response = await System.Api.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static string? RuleOf(JsonElement data) => data.GetProperty("alert").GetProperty("rule").GetString();

    private static JsonElement Camera(JsonElement cameras, string id) =>
        cameras.EnumerateArray().FirstOrDefault(camera => camera.GetProperty("camera_id").GetString() == id);

    private static string? StateOf(JsonElement data, string id) =>
        Camera(data.GetProperty("changed"), id) is { ValueKind: JsonValueKind.Object } camera ? camera.GetProperty("state").GetString() : null;

    /// <summary>The newest of the rule.</summary>
    private async Task<JsonElement> AlertAsync(string rule)
    {
        JsonElement found = default;
        await Eventually.TrueAsync(
            async () =>
            {
                var all = (await System.Api.GetFromJsonAsync<JsonElement>("/api/alerts", Cancel)).GetProperty("alerts").EnumerateArray();
                found = all.FirstOrDefault(alert => alert.GetProperty("rule").GetString() == rule);
                return found.ValueKind == JsonValueKind.Object;
            },
            s_patience,
            $"there is an alert '{rule}'");
        return found;
    }

    private async Task<JsonElement> AuditedAsync(string action, string? cameraId)
    {
        JsonElement found = default;
        await Eventually.TrueAsync(
            async () =>
            {
                found = (await System.Api.GetFromJsonAsync<JsonElement>("/api/audit", Cancel)).GetProperty("items").EnumerateArray()
                    .FirstOrDefault(item => item.GetProperty("action").GetString() == action && item.GetProperty("camera_id").GetString() == cameraId);
                return found.ValueKind == JsonValueKind.Object;
            },
            s_patience,
            $"'{action}' is written down");
        return found;
    }

    private async Task AssertProblemAsync(string path, object body, HttpStatusCode status, string code)
    {
        using var response = await System.Api.PostAsJsonAsync(path, body, Cancel);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal FaultCamera Camera { get; } = new("faulty");

        public AttendanceSystem System { get; private set; } = null!;

        public async ValueTask InitializeAsync() => System = await AttendanceSystem.StartAsync(Cancel, Camera.Setting, "--Alerts:ResolveAfter=00:00:03");

        public async ValueTask DisposeAsync()
        {
            await System.DisposeAsync();
            Camera.Dispose();
        }
    }
}
