using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>Whatever is sent, the answer is a problem that says what is wrong, and the log stays clean.</summary>
[Trait("Suite", "EndToEnd")]
[Collection(SharedSystem.Name)]
public sealed class BadInputTests(SharedSystem shared) : IAsyncDisposable
{
    private const string Good = "camera_123456789_abc123";
    private readonly AttendanceSystem _system = shared.System;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _system.ReleaseAllAsync();

    [Theory]
    [InlineData("{\"session_id\":", "$")]
    [InlineData("", "$")]
    [InlineData("null", "$")]
    [InlineData("[]", "$")]
    [InlineData("\"text\"", "$")]
    [InlineData("{}", "session_id", "camera_id")]
    [InlineData("{\"session_id\":\"" + Good + "\"}", "camera_id")]
    [InlineData("{\"camera_id\":\"demo\"}", "session_id")]
    [InlineData("{\"session_id\":17,\"camera_id\":\"demo\"}", "session_id")]
    [InlineData("{\"session_id\":\"short\",\"camera_id\":\"demo\"}", "session_id")]
    [InlineData("{\"session_id\":\"with space in it\",\"camera_id\":\"demo\"}", "session_id")]
    [InlineData("{\"session_id\":\"line\\nbreak\\u001b[31m\",\"camera_id\":\"demo\"}", "session_id")]
    [InlineData("{\"session_id\":\"" + Good + "\\n\",\"camera_id\":\"demo\"}", "session_id")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"../../etc/passwd\"}", "camera_id")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"de\\u0000mo\"}", "camera_id")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\\n\"}", "camera_id")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"\\ud800\"}", "camera_id")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"\\ud800\":1}", "$")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"ttl_seconds\":\"ten\"}", "ttl_seconds")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"ttl_seconds\":4}", "ttl_seconds")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"ttl_seconds\":1e99}", "ttl_seconds")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"wait_seconds\":-1}", "wait_seconds")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"takeover\":\"yes\"}", "takeover")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"mode\":\"Shared\"}", "mode")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"browser-" + "0123456789abcdef0123456789abcdef-0123456789abcdef\",\"mode\":\"shared\"}", "mode")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"role\":\"guard\"}", "role")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"mode\":\"shared\",\"role\":\"the guard\"}", "role")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"mode\":\"shared\",\"role\":\"guard\\n\"}", "role")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"mode\":\"shared\",\"role\":\"a-role-of-thirty-three-characters\"}", "role")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"auto\",\"requirements\":{\"min_width\":\"wide\"}}", "requirements.min_width")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"requirements\":{}}", "requirements")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\"}", "session_id")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"seconds\":10}", "seconds")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"Camera_Id\":\"demo\"}", "Camera_Id")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"demo\",\"ttl_seconds\":\"10\"}", "ttl_seconds")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"auto\",\"requirements\":{\"width\":640}}", "requirements.width")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"camera_id\":\"camera-with-an-id-of-sixty-five-characters-one-more-than-may-be00\"}", "camera_id")]
    public async Task A_wrong_wish_for_a_camera_is_a_400_that_names_the_field(string body, params string[] fields)
    {
        using var response = await PostAsync("/api/leases", body);

        Assert.Equal(fields.Order(), await ErrorFieldsAsync(response));
        Assert.Equal(0, await _system.ActiveCamerasAsync());
    }

    [Theory]
    [InlineData("", "$")]
    [InlineData("[]", "$")]
    [InlineData("{}", "lease_id", "camera_id", "fencing_token")]
    [InlineData("{\"lease_id\":\"a lease\",\"camera_id\":\"demo\",\"fencing_token\":1}", "lease_id")]
    [InlineData("{\"lease_id\":\"lease\\n\",\"camera_id\":\"demo\",\"fencing_token\":1}", "lease_id")]
    [InlineData("{\"lease_id\":\"lease\",\"camera_id\":\"../demo\",\"fencing_token\":1}", "camera_id")]
    [InlineData("{\"lease_id\":\"lease\",\"camera_id\":\"demo\",\"fencing_token\":0}", "fencing_token")]
    [InlineData("{\"lease_id\":\"lease\",\"camera_id\":\"demo\",\"fencing_token\":1.5}", "fencing_token")]
    [InlineData("{\"lease_id\":\"lease\",\"camera_id\":\"demo\",\"fencing_token\":\"one\"}", "fencing_token")]
    [InlineData("{\"lease_id\":\"lease\",\"camera_id\":\"demo\",\"fencing_token\":1,\"session_id\":\"" + Good + "\"}", "session_id")]
    public async Task A_wrong_question_about_a_lease_is_a_400_that_names_the_field(string body, params string[] fields)
    {
        using var response = await PostAsync("/api/leases/check", body);

        Assert.Equal(fields.Order(), await ErrorFieldsAsync(response));
    }

    [Theory]
    [InlineData("{\"session_id\":{}}", "session_id")]
    [InlineData("{\"session_ids\":\"" + Good + "\"}", "session_ids")]
    [InlineData("{\"session_ids\":[\"" + Good + "\",\"no\"]}", "session_ids[1]")]
    [InlineData("{\"session_ids\":[null]}", "session_ids[0]")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"force\":true}", "force")]
    [InlineData("{\"force\":\"true\"}", "force")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"grace_ms\":-1}", "grace_ms")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"grace_ms\":2001}", "grace_ms")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"grace_ms\":0.5}", "grace_ms")]
    [InlineData("{\"grace_ms\":500}", "grace_ms")]
    [InlineData("session_id=" + Good, "$")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"session_id\":\"" + Good + "\"}", "session_id")]
    [InlineData("{\"sessions\":[\"" + Good + "\"]}", "sessions")]
    [InlineData("{\"session_id\":\"" + Good + "\",\"reason\":\"a-reason-of-sixty-five-characters-which-is-one-more-than-may-be00\"}", "reason")]
    public async Task A_wrong_cleanup_is_a_400_and_releases_nothing(string body, params string[] fields)
    {
        var lease = await _system.AcquireAsync("demo", Good);

        using var response = await PostAsync("/api/camera/cleanup/", body);

        Assert.Equal(fields.Order(), await ErrorFieldsAsync(response));
        Assert.Equal("held", await _system.StateAsync("demo"));
        await _system.Api.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
    }

    [Theory]
    [InlineData("release", "{\"by\":\"ops\",\"why\":\"long enough\",\"force\":true}", "force")]
    [InlineData("reopen", "{\"by\":\"ops\",\"by\":\"ops\",\"why\":\"long enough\"}", "by")]
    [InlineData("unquarantine", "{\"by\":\"ops\",\"why\":[\"long enough\"]}", "why")]
    [InlineData("unquarantine", "{}", "by", "why")]
    public async Task A_wrong_command_is_a_400_that_names_the_field(string action, string body, params string[] fields)
    {
        using var response = await PostAsync($"/api/cameras/demo/{action}", body);

        Assert.Equal(fields.Order(), await ErrorFieldsAsync(response));
    }

    [Theory]
    [InlineData("/api/leases")]
    [InlineData("/api/camera/cleanup/")]
    public async Task A_body_of_a_mebibyte_is_a_413(string path)
    {
        using var response = await PostAsync(path, "{\"session_id\":\"" + new string('x', 1024 * 1024) + "\"}");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("body_too_large", await CodeAsync(response));
    }

    [Theory]
    [InlineData("GET", "/api/cameras/unknown", 404, "unknown_camera")]
    [InlineData("GET", "/api/cameras/unknown/history", 404, "unknown_camera")]
    [InlineData("GET", "/api/cameras/..%2f..%2fetc%2fpasswd", 404, "unknown_camera")]
    [InlineData("GET", "/api/cameras/demo%0a%1b[31mred", 404, "unknown_camera")]
    [InlineData("GET", "/api/cameras/demo/history?limit=0", 400, "invalid_request")]
    [InlineData("GET", "/api/cameras/demo/history?limit=many", 400, "invalid_request")]
    [InlineData("GET", "/api/cameras/demo/stream", 410, "lease_ended")]
    [InlineData("GET", "/api/cameras/demo/stream?lease=", 410, "lease_ended")]
    [InlineData("GET", "/api/cameras/demo/snapshot?lease=%00%0a", 410, "lease_ended")]
    [InlineData("PUT", "/api/leases/nobodys", 410, "lease_ended")]
    [InlineData("GET", "/api/leases", 405, "method_not_allowed")]
    [InlineData("GET", "/api/nothing/here", 404, "not_found")]
    public async Task A_wrong_address_is_a_problem(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _system.Api.SendAsync(request, Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(code, await CodeAsync(response));
    }

    [Fact]
    public async Task An_unknown_camera_is_a_404()
    {
        using var response = await PostAsync("/api/leases", $$"""{"session_id":"{{Good}}","camera_id":"unknown"}""");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("unknown_camera", await CodeAsync(response));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("0123456789abcdef0123456789abcdeF")]
    public async Task Nobody_gets_in_without_the_key(string? key)
    {
        using var visitor = new HttpClient { BaseAddress = _system.Api.BaseAddress };
        if (key is not null)
        {
            visitor.DefaultRequestHeaders.TryAddWithoutValidation("X-Api-Key", key);
        }

        foreach (var path in new[] { "/api/camera/status/", "/api/cameras", "/api/cameras/demo/history", "/api/nothing", "/" })
        {
            using var response = await visitor.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("api_key_required", await CodeAsync(response));
        }

        using var cleanup = await visitor.PostAsJsonAsync("/api/camera/cleanup/", new { force = true }, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, cleanup.StatusCode);
    }

    [Fact]
    public async Task A_reason_in_a_clients_own_words_is_kept_printable()
    {
        await _system.AcquireAsync("demo", Good);
        using var response = await _system.Api.PostAsJsonAsync(
            "/api/camera/cleanup/", new { session_id = Good, reason = "\u001b[31mred\r\nCamera demo leased " + new string('z', 30) }, Cancel);

        var end = await _system.LastEndAsync("demo");
        Assert.Equal("client", end.GetProperty("reason").GetString());
        Assert.Equal("[31mredCamera demo leased " + new string('z', 30), end.GetProperty("detail").GetString());
        var log = await _system.LogAsync("camera-api");
        Assert.DoesNotContain("\u001b[31mred", log, StringComparison.Ordinal);
        Assert.DoesNotContain("\nCamera demo leased zz", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_and_nothing_raw_of_a_client_reaches_a_log()
    {
        var lease = await _system.AcquireAsync("demo", Good + "_log");
        await _system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        await _system.Api.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        await PostAsync("/api/leases", "{\"session_id\":\"raw-\\n-text\",\"camera_id\":\"raw-/-camera\"}");
        await _system.Operator.GetAsync(lease.SnapshotUrl, Cancel);
        await _system.Api.DeleteAsync($"/api/leases/{lease.Id}?reason=manual", Cancel);

        var log = await _system.LogAsync("camera-api") + await _system.LogAsync("web");

        Assert.Contains(lease.Ref, log, StringComparison.Ordinal);
        foreach (var secret in new[] { lease.Id, Good + "_log", TestSecrets.ApiKey, "raw-" })
        {
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
        }
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        _system.Api.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Cancel);

    private static async Task<IEnumerable<string>> ErrorFieldsAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await ProblemAsync(response);
        Assert.Equal("invalid_request", problem.GetProperty("code").GetString());
        return problem.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order();
    }

    private static async Task<string> CodeAsync(HttpResponseMessage response) =>
        (await ProblemAsync(response)).GetProperty("code").GetString()!;

    private static Task<JsonElement> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
