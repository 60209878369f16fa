using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Attendance.Tests.Hosts;
using Microsoft.AspNetCore.Authorization;
using Xunit;

namespace Attendance.Tests.Accounts;

/// <summary>Requests every endpoint that Web maps, so pages that are added later are covered as well.</summary>
public sealed class VisitorTests(AccountSite site) : IClassFixture<AccountSite>
{
    private const string Session = "camera_123456789_abc123";

    /// <summary>The endpoints that need no sign-in. An addition opens an endpoint to everybody.</summary>
    private static readonly string[] s_forEverybody =
    [
        "* alive",
        "* contact/confirm",
        "* contact/unsubscribe",
        "* health",
        "* kiosk/setup",
        "* language",
        "* my-code/setup",
        "* my-data/setup",
        "* phone/setup",
        "* privacy",
        "* sign-in",
        "* trouble/{status:int}",
        "DELETE api/leases/{leaseId:lease}",
        "GET api/accounts/first",
        "GET calendar/{token}.ics",
        "GET contact/unsubscribe/one-click",
        "GET openapi/{documentName}.json",
        "POST api/camera/cleanup",
        "POST contact/unsubscribe/one-click",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Only_the_listed_endpoints_need_no_sign_in()
    {
        var open = MappedEndpoints.Of(site.Web).Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null);

        Assert.Equal(s_forEverybody, open.SelectMany(MappedEndpoints.Names).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_other_endpoint_sends_a_visitor_to_the_sign_in()
    {
        using var visit = site.Visit();
        var requests = Api.Requests.Count;
        var asked = new List<string>();
        foreach (var endpoint in MappedEndpoints.Of(site.Web).Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            var address = MappedEndpoints.AddressOf(endpoint);
            foreach (var method in MappedEndpoints.MethodsOf(endpoint) ?? ["GET", "POST"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), address);
                using var response = await visit.Client.SendAsync(request, Cancel);
                await AssertSentToSignInAsync(response, address, method);
                asked.Add($"{method} {address}");
            }
        }

        Assert.Superset(
            new HashSet<string> { "GET /", "GET /cameras/demo", "GET /people", "POST /people/new", "GET /accounts", "POST /account", "GET /api/cameras", "POST /api/leases",
                "GET /ops", "GET /api/events", "POST /api/cameras/demo/release", "POST /api/alerts/0badcafe/acknowledge", "POST /api/operations/cleanup" },
            asked.ToHashSet());
        Assert.Equal(requests, Api.Requests.Count);
    }

    [Theory]
    [InlineData("GET", "/accounts?handler=Add")]
    [InlineData("HEAD", "/people")]
    [InlineData("GET", "/PEOPLE")]
    [InlineData("GET", "/people/")]
    [InlineData("GET", "/people/%2e%2e/people")]
    [InlineData("GET", "/Accounts/Index")]
    [InlineData("GET", "/nothing")]
    [InlineData("GET", "/sign-in/../people")]
    [InlineData("GET", "/API/cameras")]
    [InlineData("GET", "/api/cameras/")]
    [InlineData("GET", "/api//cameras")]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/api/leases/check")]
    [InlineData("PATCH", "/api/cameras")]
    [InlineData("GET", "/api/cameras/demo/stream?lease=made-up")]
    [InlineData("GET", "/api/cameras/demo/snapshot?lease=made-up")]
    [InlineData("GET", "/api/people/7d6e2b8a-0000-4000-8000-000000000000/shots/front/picture")]
    [InlineData("DELETE", "/api/people/7d6e2b8a-0000-4000-8000-000000000000/shots/front")]
    [InlineData("PUT", "/api/leases/made-up-lease")]
    public async Task No_other_spelling_of_a_path_avoids_the_sign_in(string method, string target)
    {
        using var visit = site.Visit();
        var requests = Api.Requests.Count;
        using var request = new HttpRequestMessage(new HttpMethod(method), target);

        using var response = await visit.Client.SendAsync(request, Cancel);

        await AssertSentToSignInAsync(response, target, method);
        Assert.Equal(requests, Api.Requests.Count);
    }

    [Fact]
    public async Task A_visitor_does_not_get_the_socket_of_a_session()
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        var requests = Api.Requests.Count;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
            new Uri($"ws://{site.Web.Address.Authority}/api/sessions/{Session}/presence"), Cancel));

        Assert.Equal(HttpStatusCode.Unauthorized, socket.HttpStatusCode);
        Assert.Equal(requests, Api.Requests.Count);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/privacy")]
    [InlineData("/trouble/404")]
    [InlineData("/trouble/500")]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/css/base.css")]
    [InlineData("/js/camera/camera-session.js")]
    public async Task Pages_for_visitors_reveal_nothing_about_people_or_cameras(string target)
    {
        var account = await site.AddAsync();
        using var visit = site.Visit();

        var shown = await visit.GetAsync(target);

        Assert.NotEqual(HttpStatusCode.Redirect, shown.Status);
        Assert.All(
            [account.UserName!, "Reception desk", "href=\"/people\"", TestSecrets.ApiKey, site.Web.DataFolder],
            secret => Assert.DoesNotContain(secret, shown.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_visitor_is_brought_back_to_where_they_wanted_to_go()
    {
        var account = await site.AddAsync();
        using var visit = site.Visit();

        var sent = (await visit.GetAsync("/people?page=2")).Location!;

        (await visit.SignInAsync(account.UserName!, AccountSite.Password, sent)).Leads("/people?page=2");
    }

    private RealCameraApi Api => site.Api;

    private static async Task AssertSentToSignInAsync(HttpResponseMessage response, string target, string method)
    {
        if (target.StartsWith("/api/", StringComparison.OrdinalIgnoreCase))
        {
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{method} {target}: {response.StatusCode}");
            if (method != "HEAD")
            {
                Assert.Equal(
                    target.StartsWith("/api/v1/", StringComparison.Ordinal) ? "token_required" : "sign_in_required", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["code"]);
            }
        }
        else
        {
            Assert.True(response.StatusCode == HttpStatusCode.Redirect, $"{method} {target}: {response.StatusCode}");
            Assert.StartsWith(target is "/kiosk" or "/my-code" or "/my-data" or "/phone" ? target + "/setup" : "/sign-in?return=%2F", response.Headers.Location?.ToString(), StringComparison.Ordinal);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancel));
        }
    }
}
