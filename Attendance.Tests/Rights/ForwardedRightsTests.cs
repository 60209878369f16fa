using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Nodes;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Attendance.Web.Forwarding;
using Attendance.Web.Rights;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Rights;

/// <summary>Tests that nothing is forwarded for an account without the right to it, at any endpoint.</summary>
public sealed class ForwardedRightsTests : WebTest
{
    private const string Phone = "browser-0123456789abcdef0123456789abcdef-0123456789abcdef";
    private const string Listed = "cameras that may not be watched are left out", GivesBack = "whoever holds something may give it back";
    private const string OfAdmins = "administrators have all rights";

    /// <summary>Every endpoint that forwards, with the right on the camera of its address or what is said instead.</summary>
    private static readonly Dictionary<string, string> s_needed = new()
    {
        ["GET /api/camera/status"] = Listed,
        ["POST /api/camera/cleanup"] = GivesBack,
        ["GET /api/cameras"] = Listed,
        ["GET /api/cameras/{cameraId:name}"] = "watch",
        ["GET /api/cameras/{cameraId:name}/stream"] = "watch",
        ["GET /api/cameras/{cameraId:name}/snapshot"] = "watch",
        ["POST /api/cameras/{cameraId:name}/whip"] = "publish",
        ["DELETE /api/cameras/{cameraId:name}/whip/{peer:name}"] = GivesBack,
        ["GET /api/cameras/{cameraId:name}/publish"] = "publish",
        ["POST /api/cameras/{cameraId:name}/whep"] = "watch",
        ["DELETE /api/cameras/{cameraId:name}/whep/{peer:name}"] = GivesBack,
        ["POST /api/leases"] = "a shared lease needs the right to watch, any other the right to borrow",
        ["PUT /api/leases/{leaseId:lease}"] = "what the lease needs by its mode",
        ["DELETE /api/leases/{leaseId:lease}"] = GivesBack,
        ["GET /api/sessions/{sessionId:session}/presence"] = "the leases of the session are ended when their rights are lost",
        ["PUT /api/phone-pairings/{id:guid}/lease"] = "it asks only whether a lease lives, and that needed its right",
        ["GET /api/events"] = OfAdmins,
        ["GET /api/alerts"] = OfAdmins,
        ["GET /api/alerts/dead-letters"] = OfAdmins,
        ["GET /api/audit"] = OfAdmins,
        ["GET /api/cameras/{cameraId:name}/history"] = OfAdmins,
        ["GET /api/operations/accounts"] = OfAdmins,
        ["POST /api/alerts/{alertId:regex(^[0-9a-f]{{1,64}}$)}/acknowledge"] = OfAdmins,
        ["POST /api/cameras/{cameraId:name}/release"] = OfAdmins,
        ["POST /api/cameras/{cameraId:name}/reopen"] = OfAdmins,
        ["POST /api/cameras/{cameraId:name}/unquarantine"] = OfAdmins,
        ["POST /api/operations/cleanup"] = OfAdmins,
    };

    public static TheoryData<string> OfCameras => [.. s_needed.Where(each => each.Value is "watch" or "publish").Select(each => each.Key)];

    [Fact]
    public void Every_endpoint_that_forwards_states_its_right()
    {
        var endpoints = Web.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        Assert.Equal(
            s_needed.Select(each => $"{each.Key}: {each.Value}").Order(StringComparer.Ordinal),
            endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<NeededRight>() is not null)
                .Select(endpoint => $"{NameOf(endpoint)}: {Words(endpoint.Metadata.GetMetadata<NeededRight>()!)}").Order(StringComparer.Ordinal));
        Assert.All(
            endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters().Any(each => each.ParameterType.Namespace == typeof(CameraApiForwarder).Namespace) == true),
            endpoint => Assert.True(endpoint.Metadata.GetMetadata<NeededRight>() is not null, $"{NameOf(endpoint)} forwards, and does not state which right it needs."));

        static string NameOf(RouteEndpoint endpoint) =>
            $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0]} /{endpoint.RoutePattern.RawText?.TrimStart('/')}";

        static string Words(NeededRight needed) => needed.Right?.Word() ?? needed.Because!;
    }

    [Theory]
    [MemberData(nameof(OfCameras))]
    public async Task Nothing_about_a_camera_is_forwarded_without_its_right(string endpoint)
    {
        await RuleOn.SetAsync(Web, "*", watch: "admin", borrow: "admin", publish: "admin");
        var (right, camera) = s_needed[endpoint] == "publish" ? ("publish", PublishedCamera.IdOf(Phone)) : ("watch", "demo");

        using var refused = await SendAsync(Client, endpoint);

        await RefusedAsync(refused, right, camera);
        Assert.Empty(Api.Requests);
        using var admin = Web.Client(await Web.SignInAsync(AccountRole.Admin));
        using var answered = await SendAsync(admin, endpoint);
        Assert.Single(Api.Requests);
    }

    [Theory]
    [InlineData("""{"camera_id":"demo"}""", "borrow")]
    [InlineData("""{"camera_id":"demo","mode":"exclusive","wait_seconds":60}""", "borrow")]
    [InlineData("""{"camera_id":"demo","mode":"shared","takeover":true}""", "borrow")]
    [InlineData("""{"camera_id":"demo","mode":"Shared"}""", "borrow")]
    [InlineData("""{"camera_id":"demo","mode":"shared"}""", null)]
    [InlineData("""{"camera_id":"demo","mode":"shared","wait_seconds":1}""", null)]
    public async Task Who_may_only_watch_gets_shared_leases_only(string wish, string? missing)
    {
        await RuleOn.SetAsync(Web, "demo", watch: "operator", borrow: "admin");

        using var answer = await AcquireAsync(wish);

        if (missing is null)
        {
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }
        else
        {
            await RefusedAsync(answer, missing, "demo");
            Assert.Empty(Api.Requests);
        }
    }

    [Fact]
    public async Task A_team_has_the_rights_that_a_rule_gives_it()
    {
        var account = await Accounts.AccountSite.AddAsync(Web);
        using var member = Web.Client(await Web.SignInAsync(account));
        await RuleOn.SetAsync(Web, "demo", watch: "team:reception", borrow: "team:security");

        using var before = await AcquireAsync("""{"camera_id":"demo","mode":"shared"}""", member);
        await RefusedAsync(before, "watch", "demo");
        await RuleOn.TeamsAsync(Web, account.UserName!, "reception");
        using var after = await AcquireAsync("""{"camera_id":"demo","mode":"shared"}""", member);
        using var alone = await AcquireAsync("""{"camera_id":"demo"}""", member);

        Assert.Equal(HttpStatusCode.Created, after.StatusCode);
        await RefusedAsync(alone, "borrow", "demo");
    }

    [Fact]
    public async Task Auto_chooses_among_the_cameras_that_the_account_may_use()
    {
        await UseAsync("--Cameras:best:Source=test-pattern", "--Cameras:hall-1:Source=test-pattern", "--Cameras:hall-2:Source=test-pattern");
        await RuleOn.SetAsync(Web, "*", borrow: "admin");
        await RuleOn.SetAsync(Web, "hall-*", borrow: "operator");
        await RuleOn.SetAsync(Web, "hall-1", borrow: "admin");

        using var granted = await AcquireAsync("""{"camera_id":"auto","failover":true}""");
        using var none = await AcquireAsync("""{"camera_id":"auto","takeover":true,"wait_seconds":1,"requirements":{"test_pattern":false}}""");

        Assert.Equal("hall-2", await TextAsync(granted, "camera_id"));
        Assert.Contains("""
            "cameras":["!hall-1","hall-*","!*"]
            """.Trim(), Api.Requests[0].Body, StringComparison.Ordinal);
        Assert.Equal("no_matching_camera", await CodeOfAsync(none));
    }

    [Fact]
    public async Task A_lease_that_may_move_moves_to_cameras_that_the_account_may_use()
    {
        await RuleOn.SetAsync(Web, "vault", watch: "admin", borrow: "admin");

        using var granted = await AcquireAsync("""{"camera_id":"demo","failover":true}""");

        Assert.Equal(HttpStatusCode.Created, granted.StatusCode);
        Assert.Contains("\"requirements\":{\"cameras\":[\"!vault\",\"*\"]}", Assert.Single(Api.Requests).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_does_not_say_among_which_cameras_to_choose()
    {
        using var refused = await AcquireAsync("""{"camera_id":"auto","requirements":{"cameras":["*"]}}""");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("requirements.cameras", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Empty(Api.Requests);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"camera_id":"demo","camera_id":"gate"}""")]
    [InlineData("""{"camera_id":["demo"]}""")]
    [InlineData("""{"camera_id":"auto","requirements":[]}""")]
    [InlineData("""{"camera_id":"\ud800"}""")]
    [InlineData("""{"camera_id":"demo","\ud800":1}""")]
    public async Task A_wish_that_cannot_be_understood_is_refused(string wish)
    {
        await RuleOn.SetAsync(Web, "demo", watch: "admin", borrow: "admin");

        using var refused = await AcquireAsync(wish, sessionIn: false);

        Assert.Equal("invalid_request", await CodeOfAsync(refused));
        Assert.Empty(await Api.LiveAsync());
    }

    [Fact]
    public async Task Lists_show_what_may_be_watched_and_what_may_be_done_with_it()
    {
        await UseAsync("--Cameras:door:Source=test-pattern", "--Cameras:hall:Source=test-pattern", "--Cameras:vault:Source=test-pattern");
        await Api.HoldByAnotherAsync("vault");
        await Api.HoldByAnotherAsync("hall");
        await RuleOn.SetAsync(Web, "vault", watch: "admin", borrow: "admin");
        await RuleOn.SetAsync(Web, "door", watch: "operator", borrow: "admin");

        var list = await Client.GetFromJsonAsync<JsonObject>("/api/cameras", Cancel);
        var status = await Client.GetFromJsonAsync<JsonObject>("/api/camera/status", Cancel);
        using var admin = Web.Client(await Web.SignInAsync(AccountRole.Admin));
        var all = await admin.GetFromJsonAsync<JsonObject>("/api/cameras", Cancel);

        Assert.Equal(["door: watch", "hall: watch borrow"], list!["cameras"]!.AsArray().Select(Words));
        Assert.Equal(["door: watch", "hall: watch borrow"], status!["cameras"]!.AsArray().Select(Words));
        Assert.Equal(("""["hall"]""", 1), (status["camera_ids"]!.ToJsonString(), (int)status["active_cameras"]!));
        Assert.DoesNotContain("vault", list.ToJsonString() + status.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["door: ", "hall: ", "vault: "], all!["cameras"]!.AsArray().Select(Words));

        static string Words(JsonNode? camera) => $"{camera!["camera_id"]}: {string.Join(' ', camera["may"]?.AsArray().Select(right => (string?)right) ?? [])}";
    }

    [Fact]
    public async Task The_page_of_a_camera_is_refused_in_words_and_one_to_watch_says_so()
    {
        await RuleOn.SetAsync(Web, "vault", watch: "admin", borrow: "admin");
        await RuleOn.SetAsync(Web, "demo", watch: "operator", borrow: "admin");
        await RuleOn.SetAsync(Web, "published-*", publish: "admin");

        using var vault = await Client.GetAsync(new Uri("/cameras/vault", UriKind.Relative), Cancel);
        var demo = await Client.GetStringAsync(new Uri("/cameras/demo", UriKind.Relative), Cancel);
        var own = await Client.GetStringAsync(new Uri("/cameras/browser", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, vault.StatusCode);
        Assert.Contains("may not watch camera vault", await vault.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Contains("data-may-borrow=\"false\"", demo, StringComparison.Ordinal);
        Assert.Contains("<label hidden=\"hidden\"><input id=\"publish\"", own, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> AcquireAsync(string wish, HttpClient? client = null, bool sessionIn = true) => (client ?? Client).PostAsync(
        new Uri("/api/leases", UriKind.Relative),
        new StringContent(sessionIn ? wish.Insert(1, $"\"session_id\":\"camera_{Guid.NewGuid():N}\",") : wish, new MediaTypeHeaderValue("application/json")),
        Cancel);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string endpoint)
    {
        var (method, path) = endpoint.Split(' ') is [var verb, var pattern] ? (verb, pattern) : throw new ArgumentException("It has no method.", nameof(endpoint));
        using var request = new HttpRequestMessage(new(method), path.Replace("{cameraId:name}", s_needed[endpoint] == "publish" ? Phone : "demo", StringComparison.Ordinal) + "?lease=some-lease");
        if (method == "POST")
        {
            request.Content = new StringContent("v=0", new MediaTypeHeaderValue("application/sdp"));
        }

        return await client.SendAsync(request, Cancel);
    }

    private static async Task RefusedAsync(HttpResponseMessage response, string right, string cameraId)
    {
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal(("right_missing", right, cameraId), ((string?)problem["code"], (string?)problem["right"], (string?)problem["camera_id"]));
        Assert.StartsWith($"The right to {right} camera {cameraId} is missing.", (string?)problem["detail"], StringComparison.Ordinal);
    }

    private static async Task<string?> TextAsync(HttpResponseMessage response, string name)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
        return (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))![name];
    }
}
