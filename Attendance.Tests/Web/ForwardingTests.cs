using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Attendance.ServiceDefaults;
using Attendance.Tests.Hosts;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Web;

public sealed class ForwardingTests(SharedWeb shared) : WebTest(shared), IClassFixture<SharedWeb>
{
    [Fact]
    public async Task A_socket_too_many_is_refused_and_not_forwarded()
    {
        var sockets = Web.Services.GetRequiredService<OpenSockets>();
        List<IDisposable> places = [];
        while (sockets.TryEnter() is { } place)
        {
            places.Add(place);
        }

        using var refused = await Client.GetAsync(new Uri("/api/sessions/session_1/presence", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter?.Delta);
        Assert.Contains("too_many_sockets", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.DoesNotContain(Api.Requests, request => request.Target.Contains("presence", StringComparison.Ordinal));
        places.ForEach(place => place.Dispose());
        using var forwarded = await Client.GetAsync(new Uri("/api/sessions/session_1/presence", UriKind.Relative), Cancel);
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, forwarded.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/cameras/demo/")]
    [InlineData("GET", "/api/cameras/camera-with-an-id-of-sixty-four-characters-as-long-as-it-may-be0")]
    [InlineData("PUT", "/api/leases/some-lease_1")]
    [InlineData("DELETE", "/api/leases/some-lease_1?reason=client")]
    [InlineData("GET", "/api/cameras/demo/snapshot?lease=some-lease_1")]
    [InlineData("GET", "/api/sessions/session_1/presence")]
    public async Task What_a_page_needs_is_forwarded_with_the_key(string method, string target)
    {
        await Client.SendAsync(new(new(method), target), Cancel);

        var sent = Assert.Single(Api.Requests);
        Assert.Equal((method, target), (sent.Method, sent.Target));
        Assert.Equal(TestSecrets.ApiKey, sent.Headers["X-Api-Key"]);
    }

    [Theory]
    [InlineData("/api/camera/status")]
    [InlineData("/api/camera/status/")]
    [InlineData("/api/cameras")]
    [InlineData("/api/cameras?browsers=true")]
    public async Task A_list_is_forwarded_without_the_cameras_of_browsers(string target)
    {
        await Client.GetAsync(new Uri(target, UriKind.Relative), Cancel);

        Assert.Equal(target.Split('?')[0] + "?browsers=false", Assert.Single(Api.Requests).Target);
    }

    [Theory]
    [InlineData("GET", "/api")]
    [InlineData("POST", "/api/alerts")]
    [InlineData("GET", "/api/nodes")]
    [InlineData("POST", "/api/cameras")]
    [InlineData("DELETE", "/api/cameras/demo")]
    [InlineData("GET", "/api/leases/some-lease")]
    [InlineData("POST", "/api/leases/check")]
    [InlineData("GET", "/api/camera/cleanup")]
    [InlineData("PUT", "/api/leases/a%2F..%2F..%2Falerts")]
    [InlineData("GET", "/api/cameras/..%2Falerts")]
    [InlineData("GET", "/api/cameras/demo%0d%0a/stream")]
    [InlineData("GET", "/api/cameras/demo%0a/stream")]
    [InlineData("GET", "/api/cameras/camera-with-an-id-of-sixty-five-characters-one-more-than-may-be00")]
    [InlineData("GET", "/api//cameras/demo/history")]
    [InlineData("PATCH", "/api/leases")]
    [InlineData("GET", "/api/sessions/short/presence")]
    [InlineData("GET", "/api/sessions/session_1")]
    [InlineData("POST", "/api/sessions/session_1/presence")]
    [InlineData("GET", "/api/sessions/..%2F..%2Falerts/presence")]
    public async Task Nothing_else_is_forwarded(string method, string target)
    {
        var response = await Client.SendAsync(new(new(method), target), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("not_found", await CodeOfAsync(response));
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task Headers_that_a_visitor_makes_up_do_not_arrive()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/cameras");
        string[] names = ["X-Api-Key", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via",
            "Authorization", "X-Original-URL", "X-HTTP-Method-Override", "TE", "Proxy-Authorization"];
        foreach (var name in names)
        {
            request.Headers.TryAddWithoutValidation(name, "made-up");
        }

        await Client.SendAsync(request, Cancel);

        var sent = Assert.Single(Api.Requests);
        Assert.DoesNotContain("made-up", sent.Headers.Values);
        Assert.False(sent.Headers.ContainsKey("Cookie")); // the sign-in is not forwarded either
        Assert.Equal(TestSecrets.ApiKey, sent.Headers["X-Api-Key"]);
    }

    [Fact]
    public async Task A_trace_goes_through()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/cameras");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        await Client.SendAsync(request, Cancel);

        Assert.Contains("0af7651916cd43dd8448eb211c80319c", Assert.Single(Api.Requests).Headers["traceparent"], StringComparison.Ordinal);
    }

    /// <summary>Baggage may hold anything, and would be passed on to every service on the way.</summary>
    [Theory]
    [InlineData("baggage")]
    [InlineData("Correlation-Context")]
    public async Task Baggage_is_not_forwarded(string header)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/cameras");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.Add(header, "secret=suitcase");

        await Client.SendAsync(request, Cancel);

        var sent = Assert.Single(Api.Requests);
        Assert.Contains("traceparent", sent.Headers.Keys);
        Assert.DoesNotContain(sent.Headers.Values, value => value.Contains("suitcase", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_another_site_changes_nothing(string header, string value)
    {
        HttpRequestMessage[] requests =
        [
            new(HttpMethod.Post, "/api/leases") { Content = JsonContent.Create(new { session_id = "session_1", camera_id = "demo" }) },
            new(HttpMethod.Put, "/api/leases/some-lease"),
            new(HttpMethod.Delete, "/api/leases/some-lease"),
            new(HttpMethod.Post, "/api/camera/cleanup") { Content = new StringContent("""{"session_id":"session_1"}""") },
        ];
        foreach (var request in requests)
        {
            request.Headers.Add(header, value);
            var response = await Client.SendAsync(request, Cancel);

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.Equal("cross_site", await CodeOfAsync(response));
        }

        Assert.Empty(Api.Requests);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_another_site_opens_no_socket(string header, string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/sessions/session_1/presence");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add(header, value);

        var response = await Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("cross_site", await CodeOfAsync(response));
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task A_request_of_our_own_page_counts_as_same_site()
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/api/leases/some-lease");
        request.Headers.Add("Origin", Web.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");

        Assert.Equal(HttpStatusCode.Gone, (await Client.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_stream_arrives_as_it_is_made_and_a_viewer_who_leaves_is_noticed()
    {
        var lease = await Api.HoldByAnotherAsync("demo");
        using (var response = await Client.GetAsync(
            new Uri($"/api/cameras/demo/stream?lease={lease.LeaseId}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel))
        {
            Assert.StartsWith("multipart/x-mixed-replace", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
            await using var stream = await response.Content.ReadAsStreamAsync(Cancel);
            await stream.ReadExactlyAsync(new byte[20_000], Cancel);
            Assert.Equal(1, Api.Viewers);
        }

        await Eventually.TrueAsync(() => Api.Viewers == 0, "the viewer's leaving reaches camera-api");
    }

    [Fact]
    public async Task A_stream_ends_with_its_lease()
    {
        var lease = await Api.HoldByAnotherAsync("demo");
        using var response = await Client.GetAsync(
            new Uri($"/api/cameras/demo/stream?lease={lease.LeaseId}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancel);
        await stream.ReadExactlyAsync(new byte[1000], Cancel);

        await Api.ForceAsync("demo");

        await stream.CopyToAsync(Stream.Null, Cancel);
    }

    [Fact]
    public async Task A_camera_api_that_is_gone_is_a_503_problem()
    {
        await AloneAsync();
        await Api.GoAwayAsync();

        foreach (var target in (string[])["/api/cameras", "/api/cameras/demo"])
        {
            var response = await Client.GetAsync(new Uri(target, UriKind.Relative), Cancel);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("camera_api_unavailable", await CodeOfAsync(response));
            Assert.NotNull(response.Headers.RetryAfter);
        }

        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync(new Uri("/health", UriKind.Relative), Cancel)).StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_64_KiB_is_a_413_problem(bool lengthUnstated)
    {
        foreach (var target in (string[])["/api/leases", "/api/camera/cleanup"])
        {
            var request = new HttpRequestMessage(HttpMethod.Post, target)
            {
                Content = new StringContent($$"""{"session_id":"{{new string('a', 1 << 20)}}"}""", Encoding.UTF8, "application/json"),
            };
            request.Headers.TransferEncodingChunked = lengthUnstated;
            var response = await Client.SendAsync(request, Cancel);

            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            Assert.Equal("body_too_large", await CodeOfAsync(response));
        }
    }

    [Fact]
    public async Task No_secret_reaches_a_log_or_a_span()
    {
        await AloneAsync();
        var session = $"camera_{Guid.NewGuid():N}";
        var activities = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        var acquired = await Client.PostAsJsonAsync("/api/leases", new { session_id = session, camera_id = "demo" }, Cancel);
        var lease = (string)(await acquired.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["lease_id"]!;
        await Client.PutAsync(new Uri($"/api/leases/{lease}", UriKind.Relative), null, Cancel);
        await Client.GetAsync(new Uri($"/api/cameras/demo/snapshot?lease={lease}", UriKind.Relative), Cancel);
        await Client.PostAsJsonAsync("/api/camera/cleanup", new { session_id = session }, Cancel);
        await Api.GoAwayAsync();
        await Client.DeleteAsync(new Uri($"/api/leases/{lease}?reason=client", UriKind.Relative), Cancel);

        // What the test's own client does is not Web's doing.
        var told = activities
            .Where(activity => activity.Source.Name != "System.Net.Http" || activity.Parent is not null)
            .SelectMany(activity => activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Append(activity.DisplayName))
            .Concat(Web.Logs.GetSnapshot().Select(record => $"{record.Message} {record.Exception}"))
            .ToArray();
        Assert.Single(told, text => text.Contains("could not be forwarded", StringComparison.Ordinal));
        Assert.DoesNotContain(Web.Logs.GetSnapshot(), record => record.Exception is not null); // a line says it
        Assert.Contains(told, text => text.Contains("/api/leases/REDACTED", StringComparison.Ordinal));
        foreach (var secret in (string[])[session, lease, TestSecrets.ApiKey])
        {
            Assert.DoesNotContain(told, text => text.Contains(secret, StringComparison.Ordinal));
        }
    }
}
