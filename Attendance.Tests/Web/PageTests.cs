using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attendance.ServiceDefaults;
using Attendance.Tests.Subjects;
using Xunit;

namespace Attendance.Tests.Web;

public sealed class PageTests : WebTest
{
    private static readonly string s_capture = $"/people/{TestPeople.Known}/capture";

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/cameras/demo", HttpStatusCode.OK)]
    [InlineData("/cameras/nowhere", HttpStatusCode.NotFound)]
    [InlineData("/css/base.css", HttpStatusCode.OK)]
    [InlineData("/js/camera/camera-session.js", HttpStatusCode.OK)]
    [InlineData("/trouble/403", HttpStatusCode.Forbidden)]
    [InlineData("/trouble/500", HttpStatusCode.NotFound)]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string target, HttpStatusCode expected)
    {
        var response = await GetAsync(target);

        Assert.Equal(expected, response.StatusCode);
        var policy = string.Join(' ', response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Contains("camera=(self)", response.Headers.GetValues("Permissions-Policy").Single(), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_version_is_told_by_health_and_on_pages_to_who_is_signed_in()
    {
        var health = await Visitor.GetFromJsonAsync<JsonElement>("/health", Cancel);

        Assert.Equal("Healthy", health.GetProperty("status").GetString());
        Assert.Equal(ProductVersion.Text, health.GetProperty("version").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", ProductVersion.Text);
        Assert.Contains($"Version {ProductVersion.Text}", await Client.GetStringAsync("/people", Cancel), StringComparison.Ordinal);
        Assert.DoesNotContain(ProductVersion.Text, await Visitor.GetStringAsync("/sign-in", Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/cameras", HttpStatusCode.OK)]
    [InlineData("/api/cameras/demo/snapshot?lease={lease}", HttpStatusCode.OK)]
    [InlineData("/api/cameras/demo/snapshot", HttpStatusCode.Gone)]
    [InlineData("/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("/api/alerts", HttpStatusCode.Forbidden)]
    public async Task An_answer_to_a_program_is_no_page_whatever_it_holds(string target, HttpStatusCode expected)
    {
        var lease = await Api.HoldByAnotherAsync("demo");

        var response = await GetAsync(target.Replace("{lease}", lease.LeaseId, StringComparison.Ordinal));

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
            response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Only_the_page_that_finds_faces_may_compile_WebAssembly_and_nothing_else_that_is_unsafe()
    {
        await TestPeople.AddKnownAsync(Web.Services, Cancel);
        var policy = string.Join(' ', (await GetAsync(s_capture)).Headers.GetValues("Content-Security-Policy"));

        Assert.Contains("script-src 'self' 'wasm-unsafe-eval'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy.Replace("'wasm-unsafe-eval'", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/lib/human/human.esm.js", "text/javascript")]
    [InlineData("/lib/human/blazeface.json", "application/json")]
    [InlineData("/lib/human/blazeface.bin", "application/octet-stream")]
    [InlineData("/lib/human/LICENSE.txt", "text/plain")]
    [InlineData("/lib/tfjs-wasm/tfjs-backend-wasm-simd.wasm", "application/wasm")]
    [InlineData("/lib/tfjs-wasm/tfjs-backend-wasm.wasm", "application/wasm")]
    public async Task The_face_finders_files_are_served_by_Web(string target, string type)
    {
        var response = await GetAsync(target);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoCache);
        Assert.NotNull(response.Headers.ETag); // the browser caches it
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/cameras/demo")]
    [InlineData("/cameras/browser")]
    [InlineData("/demo/camera-module")]
    public async Task A_page_may_be_kept_in_the_back_forward_cache(string target)
    {
        var response = await GetAsync(target);

        Assert.False(response.Headers.CacheControl?.NoStore ?? false);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("/cameras/nowhere")]
    [InlineData("/cameras/%3Cscript%3Ealert(1)%3C%2Fscript%3E")]
    [InlineData("/cameras/..%2f..%2fetc")]
    [InlineData("/cameras/camera-with-an-id-of-sixty-five-characters-one-more-than-may-be00")]
    [InlineData("/nothing")]
    public async Task An_unknown_address_shows_a_page_that_says_so(string target)
    {
        var response = await GetAsync(target);
        var page = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("There is nothing here", page, StringComparison.Ordinal);
        Assert.DoesNotContain("alert(1)", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_shown_while_camera_api_is_gone()
    {
        await Api.GoAwayAsync();

        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/cameras/demo")).StatusCode);
    }

    [Fact]
    public async Task A_page_has_no_inline_script_or_style()
    {
        await TestPeople.AddKnownAsync(Web.Services, Cancel);
        foreach (var target in (string[])["/", "/cameras/demo", "/cameras/browser", "/demo/camera-module", s_capture, "/nothing"])
        {
            var page = await (await GetAsync(target)).Content.ReadAsStringAsync(Cancel);

            Assert.DoesNotContain("<style", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("style=", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch("<script(?![^>]*src=)", page);
            Assert.DoesNotMatch(@"\son\w+=", page);
        }
    }

    [Fact]
    public async Task A_list_that_camera_api_refuses_is_passed_on_as_it_is()
    {
        Api.Proxy.Refuse("GET", "/api/cameras", new Problem(503, ProblemCodes.StoreUnavailable, "The session store does not answer.")
        {
            RetryAfter = TimeSpan.FromSeconds(3),
        });

        var response = await GetAsync("/api/cameras");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter?.Delta);
        Assert.Equal("store_unavailable", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["code"]);
    }

    private Task<HttpResponseMessage> GetAsync(string target) => Client.GetAsync(new Uri(target, UriKind.Relative), Cancel);
}
