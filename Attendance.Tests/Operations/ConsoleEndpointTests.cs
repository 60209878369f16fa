using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Api;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Operations;

public sealed class ConsoleEndpointTests(SharedWeb shared) : WebTest(shared), IClassFixture<SharedWeb>
{
    public static TheoryData<string, string> Calls => new()
    {
        { "GET", "/ops" },
        { "GET", "/api/events" },
        { "GET", "/api/events?live=true" },
        { "GET", "/api/alerts" },
        { "GET", "/api/alerts/dead-letters" },
        { "GET", "/api/audit" },
        { "GET", "/api/cameras/demo/history" },
        { "GET", $"/api/imports/{MappedEndpoints.SomeId}" },
        { "GET", "/api/operations/accounts" },
        { "POST", "/api/alerts/0badcafe/acknowledge" },
        { "POST", "/api/cameras/demo/release" },
        { "POST", "/api/cameras/demo/reopen" },
        { "POST", "/api/cameras/demo/unquarantine" },
        { "POST", "/api/operations/cleanup" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task An_operator_is_refused_and_nothing_is_forwarded(string method, string target)
    {
        using var request = new HttpRequestMessage(new(method), target);
        if (method == "POST")
        {
            request.Content = JsonContent.Create(new { why = "because I may not" });
        }

        using var response = await Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        if (target.StartsWith("/api", StringComparison.Ordinal))
        {
            Assert.Equal("not_allowed", await CodeOfAsync(response));
        }

        Assert.Empty(Api.Requests);
    }

    [Fact]
    public void Every_endpoint_for_administrators_is_among_the_tested_calls()
    {
        var known = Calls.Select(call => $"{call.Data.Item1} {call.Data.Item2.Split('?')[0]}").ToHashSet();
        var mapped = Web.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == AccountRegistration.AdminsOnly))
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}"))
            .Select(name => System.Text.RegularExpressions.Regex.Replace(name, @"\{cameraId:[^/]+\}", "demo"))
            .Select(name => System.Text.RegularExpressions.Regex.Replace(name, @"\{alertId:[^/]+\}", "0badcafe"))
            .Select(name => name.Replace("{id:guid}", MappedEndpoints.SomeId, StringComparison.Ordinal))
            .Where(name => name == "GET /ops" || name.Contains("/api/", StringComparison.Ordinal)) // other rooms have pages for administrators, too
            .ToHashSet();

        Assert.Equal(known.Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/api/cameras/demo/release", """{"by":"{0}","why":"its holder went home"}""")]
    [InlineData("/api/cameras/demo/reopen", """{"by":"{0}","why":"its holder went home"}""")]
    [InlineData("/api/cameras/browser-0123456789abcdef0123456789abcdef-0123456789abcdef/unquarantine", """{"by":"{0}","why":"its holder went home"}""")]
    public async Task A_command_is_forwarded_with_the_id_of_the_account_that_gives_it(string target, string body)
    {
        using var admin = await Administrator.AtAsync(Web);

        await admin.PostTextAsync(target + "?by=somebody", """{"why":"  its holder went home "}""");

        var sent = Assert.Single(Api.Requests);
        Assert.Equal((target, body.Replace("{0}", admin.Id, StringComparison.Ordinal)), (sent.Target, sent.Body));
        Assert.Equal(TestSecrets.ApiKey, sent.Headers["X-Api-Key"]);
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
    }

    [Fact]
    public async Task An_alert_is_acknowledged_by_whoever_is_signed_in()
    {
        await UseAsync("--Cameras:ghost:Source=device:/dev/video-that-is-not-there");
        using var admin = await Administrator.AtAsync(Web);
        IReadOnlyList<Alert> alerts = [];
        await Eventually.TrueAsync(
            async () => (alerts = (await Api.Node.Http.GetFromJsonAsync<AlertsResponse>("/api/alerts", WireJson.Options, Cancel))!.Alerts).Count > 0, "the camera is missing");

        using var response = await admin.PostAsync($"/api/alerts/{alerts[0].Id}/acknowledge", new { });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($$"""{"by":"{{admin.Id}}"}""", Assert.Single(Api.Requests).Body);
        Assert.Equal(admin.Id, (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["acknowledged_by"]);
    }

    [Theory]
    [InlineData("""{"why":"end of the day"}""", """{"by":"{0}","why":"end of the day"}""")]
    [InlineData("""{"why":"end of the day","force":true}""", """{"force":true,"by":"{0}","why":"end of the day"}""")]
    [InlineData("""{"why":"end of the day","force":false,"dry_run":false}""", """{"force":false,"dry_run":false,"by":"{0}","why":"end of the day"}""")]
    [InlineData("""{"force":true,"dry_run":true}""", """{"force":true,"dry_run":true}""")]
    [InlineData("""{"dry_run":true}""", """{"dry_run":true}""")]
    public async Task A_cleanup_is_of_what_is_stale_or_of_everything_or_a_look_ahead(string body, string expected)
    {
        using var admin = await Administrator.AtAsync(Web);

        using var response = await admin.PostTextAsync("/api/operations/cleanup?force=true", body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var sent = Assert.Single(Api.Cleanups);
        Assert.Equal(("/api/camera/cleanup", expected.Replace("{0}", admin.Id, StringComparison.Ordinal)), (sent.Target, sent.Body));
    }

    [Theory]
    [InlineData("/api/cameras/demo/release", """{"why":"long enough","by":"somebody else"}""", "by")]
    [InlineData("/api/cameras/demo/release", """{"why":"long enough","b\u0079":"somebody else"}""", "by")]
    [InlineData("/api/alerts/0badcafe/acknowledge", """{"by":"somebody else"}""", "by")]
    [InlineData("/api/operations/cleanup", """{"why":"long enough","by":"somebody else"}""", "by")]
    [InlineData("/api/cameras/demo/release", "{}", "why")]
    [InlineData("/api/cameras/demo/reopen", """{"why":"no"}""", "why")]
    [InlineData("/api/cameras/demo/reopen", """{"why":"   no   "}""", "why")]
    [InlineData("/api/cameras/demo/release", """{"why":null}""", "why")]
    [InlineData("/api/cameras/demo/release", """{"why":["long enough"]}""", "why")]
    [InlineData("/api/cameras/demo/release", """{"why":"two\nlines"}""", "why")]
    [InlineData("/api/operations/cleanup", """{"force":true}""", "why")]
    [InlineData("/api/operations/cleanup", """{"force":true,"dry_run":true,"why":"no"}""", "why")]
    [InlineData("/api/operations/cleanup", """{"force":"true","why":"long enough"}""", "force")]
    [InlineData("/api/operations/cleanup", """{"dry_run":1,"why":"long enough"}""", "dry_run")]
    [InlineData("/api/operations/cleanup", """{"session_id":"camera_123456789_abc123","why":"long enough"}""", "session_id")]
    [InlineData("/api/cameras/demo/release", """{"why":"long enough","force":true}""", "force")]
    [InlineData("/api/cameras/demo/release", """{"Why":"long enough"}""", "Why")]
    [InlineData("/api/cameras/demo/release", """{"why":"long enough","why":"once more"}""", "why")]
    [InlineData("/api/cameras/demo/release", """{"why":"\ud800\ud800\ud800"}""", "why")]
    [InlineData("/api/cameras/demo/release", "[]", "$")]
    [InlineData("/api/cameras/demo/release", "", "$")]
    [InlineData("/api/alerts/0badcafe/acknowledge", """{"why":"long enough"}""", "why")]
    public async Task What_is_malformed_is_a_400_problem_that_names_the_field(string target, string body, string field)
    {
        using var admin = await Administrator.AtAsync(Web);

        using var response = await admin.PostTextAsync(target, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal("invalid_request", (string?)problem["code"]);
        Assert.NotNull(problem["errors"]?[field]);
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task A_reason_has_200_characters_at_most()
    {
        using var admin = await Administrator.AtAsync(Web);

        using var longest = await admin.PostAsync("/api/cameras/demo/release", new { why = new string('x', 200) });
        using var longer = await admin.PostAsync("/api/cameras/demo/release", new { why = new string('x', 201) });

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.BadRequest), (longest.StatusCode, longer.StatusCode));
        Assert.NotNull(JsonNode.Parse(await longer.Content.ReadAsStringAsync(Cancel))!["errors"]?["why"]);
        Assert.Single(Api.Requests);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task What_a_form_of_any_page_could_send_is_no_command(string type)
    {
        using var admin = await Administrator.AtAsync(Web);

        using var response = await admin.PostTextAsync("/api/cameras/demo/release", """{"why":"long enough"}""", type);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task Nothing_is_done_without_the_token_of_the_page()
    {
        using var admin = await Administrator.AtAsync(Web);

        using var response = await admin.Client.PostAsJsonAsync("/api/cameras/demo/release", new { why = "long enough" }, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("RequestVerificationToken", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Empty(Api.Requests);
    }

    [Theory]
    [InlineData("POST", "/api/cameras/..%2Fleases/release")]
    [InlineData("POST", "/api/cameras/-demo/release")]
    [InlineData("POST", "/api/cameras/demo%0d%0a/release")]
    [InlineData("POST", "/api/cameras/camera-with-an-id-of-sixty-five-characters-one-more-than-may-be00/release")]
    [InlineData("POST", "/api/cameras/demo/quarantine")]
    [InlineData("POST", "/api/alerts/not-hexadecimal/acknowledge")]
    [InlineData("POST", "/api/alerts/%2e%2e/acknowledge")]
    [InlineData("GET", "/api/cameras/..%2F..%2Fhealth/history")]
    [InlineData("GET", "/api/alerts/0badcafe")]
    [InlineData("GET", "/api/operations/cleanup")]
    [InlineData("GET", "/api/operations")]
    [InlineData("DELETE", "/api/alerts/0badcafe")]
    public async Task Nothing_else_is_forwarded_for_an_administrator_either(string method, string target)
    {
        using var admin = await Administrator.AtAsync(Web);
        using var request = new HttpRequestMessage(new(method), target);
        if (method == "POST")
        {
            request.Content = JsonContent.Create(new { why = "long enough" });
        }

        using var response = await admin.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(Api.Requests);
    }

    [Theory]
    [InlineData("/api/alerts?limit=7&force=true", "/api/alerts?limit=7")]
    [InlineData("/api/audit", "/api/audit")]
    [InlineData("/api/audit?limit=500", "/api/audit?limit=500")]
    [InlineData("/api/cameras/demo/history?limit=1", "/api/cameras/demo/history?limit=1")]
    [InlineData("/api/cameras/demo/history?limit=1&node=desk-1", "/api/cameras/demo/history?node=desk-1&limit=1")]
    [InlineData("/api/alerts/dead-letters", "/api/alerts/dead-letters")]
    public async Task Lists_are_forwarded_as_long_as_they_are_asked_for(string target, string expected)
    {
        using var admin = await Administrator.AtAsync(Web);

        Assert.Equal(HttpStatusCode.OK, (await admin.Client.GetAsync(new Uri(target, UriKind.Relative), Cancel)).StatusCode);

        Assert.Equal(expected, Assert.Single(Api.Requests).Target);
    }

    [Theory]
    [InlineData("GET", "/api/cameras/demo/history?node=..%2F")]
    [InlineData("GET", "/api/cameras/demo/history?node=one&node=two")]
    [InlineData("POST", "/api/cameras/demo/release?node=%0d%0a")]
    public async Task A_node_that_is_no_name_is_no_node(string method, string target)
    {
        using var admin = await Administrator.AtAsync(Web);
        using var response = method == "POST"
            ? await admin.PostAsync(target, new { why = "long enough" })
            : await admin.Client.GetAsync(new Uri(target, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["errors"]!["node"]);
        Assert.Empty(Api.Requests);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("501")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("all")]
    [InlineData("1&limit=2")]
    public async Task An_invalid_limit_is_named(string limit)
    {
        using var admin = await Administrator.AtAsync(Web);

        using var response = await admin.Client.GetAsync(new Uri($"/api/audit?limit={limit}", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["errors"]!["limit"]);
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task Ids_of_accounts_get_their_names()
    {
        await AloneAsync();
        using var admin = await Administrator.AtAsync(Web);

        var names = (await admin.Client.GetFromJsonAsync<JsonObject>("/api/operations/accounts", Cancel))!["accounts"]!;

        Assert.StartsWith("Admin.", (string?)names[admin.Id], StringComparison.Ordinal);
        Assert.Equal(2, names.AsObject().Count); // the operator, and nothing but names
    }

    [Fact]
    public async Task A_page_of_another_site_frees_nothing()
    {
        using var admin = await Administrator.AtAsync(Web);
        admin.Client.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");

        using var response = await admin.PostAsync("/api/operations/cleanup", new { force = true, why = "long enough" });

        Assert.Equal("cross_site", await CodeOfAsync(response));
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task No_reason_and_no_name_reaches_a_log()
    {
        await AloneAsync();
        using var admin = await Administrator.AtAsync(Web);
        const string Why = "Ada Lovelace has left her desk";

        await admin.PostAsync("/api/cameras/demo/release", new { why = Why });
        await Api.GoAwayAsync();
        await admin.PostAsync("/api/cameras/demo/release", new { why = Why });

        Assert.DoesNotContain(Web.Logs.GetSnapshot(), record => $"{record.Message} {record.Exception}".Contains(Why, StringComparison.Ordinal));
        Assert.Contains(Web.Logs.GetSnapshot(), record => record.Message.Contains("could not be forwarded", StringComparison.Ordinal));
    }
}
