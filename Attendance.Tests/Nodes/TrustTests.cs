using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Security;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Tests an attacker who writes to the store without the API key, or who controls an address that a node sends requests to.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class TrustTests : OwnNodes<GarnetStore>
{
    private const string Nodes = "attendance:{nodes}";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_node_that_none_of_this_system_has_signed_is_asked_nothing()
    {
        await using var impostor = await ApiProxy.StartAsync(new Uri("http://127.0.0.1:1"), Cancel);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        var store = redis.GetDatabase();
        var one = await StartAsync("one");
        var genuine = await EntryAsync(store, "one");
        var elsewhere = genuine.Replace(one.Address.Authority, impostor.Address.Authority, StringComparison.Ordinal);
        Assert.NotEqual(genuine, elsewhere);
        await store.HashSetAsync(Nodes,
        [
            new("unsigned", genuine[..genuine.IndexOf(",\"signature\"", StringComparison.Ordinal)] + "}"),
            new("moved", elsewhere),
            new("copied", genuine),
            new("other-key", SignedEntry.Of("other-key", "1234abcd", impostor.Address, apiKey: "ffffffffffffffffffffffffffffffff")),
            new("behind", genuine.Replace("}", $",\"address\":\"{impostor.Address}\"}}", StringComparison.Ordinal)),
            new("relative", SignedEntry.Of("relative", "1234abcd", new Uri("/nowhere", UriKind.Relative))),
            new("file", SignedEntry.Of("file", "1234abcd", new Uri("file:///etc/passwd"))),
            new("garbage", "{"),
        ]);
        var two = await StartAsync("two");

        await one.KnowsAsync(two);
        await two.KnowsAsync(one);

        var list = await one.Http.GetFromJsonAsync<JsonElement>("/api/cameras", Cancel);
        Assert.Equal(["one", "two"], list.GetProperty("cameras").EnumerateArray().Select(camera => camera.GetProperty("node").GetString()).Order());
        Assert.Empty(list.GetProperty("unreachable").EnumerateArray());
        Assert.Empty(impostor.Requests);
        await Eventually.TrueAsync(() => one.Log.Contains("that no node of this system has signed", StringComparison.Ordinal), "the log tells of them");
        Assert.Equal(1, one.Log.Split("that no node of this system has signed").Length - 1);
        Assert.DoesNotContain(TestSecrets.ApiKey, genuine, StringComparison.Ordinal);
    }

    /// <summary>Another machine has the node's address now. It is sent nothing that it could use elsewhere.</summary>
    [Fact]
    public async Task Whoever_is_asked_gets_no_key_and_nothing_that_another_node_would_take()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        var one = await StartAsync("one");
        await using var impostor = await ApiProxy.StartAsync(one.Address, Cancel); // forwards what it receives, to see whether another node accepts it
        await redis.GetDatabase().HashSetAsync(Nodes, "two", SignedEntry.Of("two", "1234abcd", impostor.Address));

        await Eventually.TrueAsync(
            async () =>
            {
                using var forwarded = await one.Http.GetAsync("/api/cameras/gate?node=two", Cancel); // the caller has the key
                using var wish = await one.Http.PostAsJsonAsync("/api/leases?node=two", new { session_id = Session(), camera_id = "gate" }, Cancel);
                using var list = await one.Http.GetAsync("/api/cameras", Cancel);
                Assert.Equal(HttpStatusCode.OK, list.StatusCode);
                return impostor.Requests.Select(sent => sent.Method + sent.Target.Split('?')[0]).Distinct().Count() >= 3;
            },
            s_patience, "it was asked");

        foreach (var sent in impostor.Requests)
        {
            Assert.All(sent.Headers, header => Assert.DoesNotContain(TestSecrets.ApiKey, header.Value, StringComparison.Ordinal));
            using var request = new HttpRequestMessage(new HttpMethod(sent.Method), new Uri(one.Address, sent.Target));
            request.Headers.Host = impostor.Address.Authority;
            request.Headers.Add(NodeSignature.Header, sent.Headers[NodeSignature.Header]);
            request.Headers.Add(Peers.HopsHeader, sent.Headers[Peers.HopsHeader]);
            request.Content = sent.Body.Length > 0 ? new StringContent(sent.Body, Encoding.UTF8, "application/json") : null;
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(request));
        }
    }

    [Fact]
    public async Task A_node_that_signed_long_ago_is_asked_nothing()
    {
        await using var impostor = await ApiProxy.StartAsync(new Uri("http://127.0.0.1:1"), Cancel);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        await redis.GetDatabase().HashSetAsync(Nodes, "two", SignedEntry.Of("two", "1234abcd", impostor.Address, saidAt: DateTimeOffset.UtcNow.AddHours(-1)));
        var one = await StartAsync("one");

        await Eventually.TrueAsync(
            async () => (await one.Http.GetFromJsonAsync<JsonElement>("/api/cameras", Cancel)).GetProperty("unreachable").EnumerateArray().Any(node => node.GetString() == "two"),
            s_patience, "it is known, as lost");

        Assert.Empty(impostor.Requests);
    }

    [Fact]
    public async Task A_signature_is_worth_one_request_and_no_other()
    {
        var one = await StartAsync("one");
        var signature = Signature(TimeProvider.System);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(await SignedAsync(signature, one.Address, HttpMethod.Get, "/api/camera/status?node=one")));
        var first = await SignedAsync(signature, one.Address, HttpMethod.Get, "/api/camera/status");
        var again = CopyOf(first, first.RequestUri!);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(first));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(again));

        var other = await SignedAsync(signature, one.Address, HttpMethod.Get, "/api/camera/status");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(CopyOf(other, new Uri(one.Address, "/api/camera/status?limit=5"))));

        var farther = await SignedAsync(signature, one.Address, HttpMethod.Get, "/api/camera/status");
        farther.Headers.Add(Peers.HopsHeader, "2");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(farther));

        var elsewhere = await SignedAsync(signature, new Uri("http://127.0.0.1:1"), HttpMethod.Get, "/api/camera/status");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(CopyOf(elsewhere, new Uri(one.Address, "/api/camera/status"))));

        var told = await SignedAsync(signature, one.Address, HttpMethod.Post, "/api/node/name", "{\"node\":\"x\",\"instance\":\"y\"}");
        var changed = CopyOf(told, told.RequestUri!);
        changed.Method = HttpMethod.Post;
        changed.Content = new StringContent("{\"node\":\"one\",\"instance\":\"z\"}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(changed));

        foreach (var hours in (int[])[-1, 1])
        {
            var late = Signature(new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(hours)));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(await SignedAsync(late, one.Address, HttpMethod.Get, "/api/camera/status")));
        }

        Assert.Contains("its clock differs from this node's by", one.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1")]
    [InlineData("v1 a b c d")]
    [InlineData("v1 99999999999999999999 b c d")]
    [InlineData("v2 1 00 00 00")]
    public async Task A_malformed_signature_is_refused(string header)
    {
        var one = await StartAsync("one");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(one.Address, "/api/camera/status"));
        request.Headers.TryAddWithoutValidation(NodeSignature.Header, header);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(request));
    }

    /// <summary>The entries are of every kind that a node reads, at its start or on a request.</summary>
    [Fact]
    public async Task Unreadable_entries_in_the_store_hide_no_others_and_do_not_stop_a_start()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        var store = redis.GetDatabase();
        await store.HashSetAsync("attendance:{one}:failover", [new("no id", "{}"), new("x", "[")]);
        await store.HashSetAsync("attendance:{one}:alerts", "a", "{\"id\":1}");
        await store.ListRightPushAsync("attendance:{one}:alerts:history", ["", "null", "{}"]);
        await store.ListRightPushAsync("attendance:{one}:alerts:dead", "{}");
        await store.ListRightPushAsync("attendance:audit", ["{", "{}", "[1]"]);
        await store.ListRightPushAsync("attendance:{one}:ledger:door", ["nonsense", "{}"]);
        await store.StringSetAsync("attendance:{one}:lease:door", "seven words that nobody here has written x y");
        await store.SortedSetAddAsync("attendance:{one}:deadlines", [new("door", 1), new("no such camera", 1)]);
        var one = await StartAsync("one");

        var lease = await one.AcquireAsync("door", Session());
        Assert.Equal(HttpStatusCode.OK, await one.RenewAsync(lease));
        using (var released = await one.Http.PostAsJsonAsync("/api/cameras/door/release", new { by = "ops", why = "to see it in the audit" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        }

        await Eventually.TrueAsync(
            async () => (await one.Http.GetFromJsonAsync<JsonElement>("/api/audit", Cancel)).GetProperty("items").GetArrayLength() == 1, s_patience, "the audit has it");
        Assert.Single(await one.HistoryAsync("door"));
        foreach (var path in (string[])["/api/alerts", "/api/alerts/dead-letters", "/api/cameras", "/api/camera/status"])
        {
            using var answer = await one.Http.GetAsync(path, Cancel);
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
        }

        Assert.Contains("that cannot be read. It is skipped", one.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_store_has_no_lease_id_that_anybody_could_use()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        var one = await StartAsync("one", "--Cameras:gate:Source=test-pattern");
        using var movable = await one.Http.PostAsJsonAsync(
            "/api/leases", new { session_id = Session(), camera_id = "gate", failover = true }, Cancel);
        var lease = await one.AcquireAsync("door", Session());

        var known = new List<string>();
        foreach (var server in redis.GetServers())
        {
            await foreach (var key in server.KeysAsync(pattern: "attendance:*"))
            {
                known.Add(key.ToString());
                known.Add(Encoding.UTF8.GetString(await redis.GetDatabase().KeyDumpAsync(key) ?? []));
            }
        }

        Assert.Contains(known, text => text.Contains(lease.Ref, StringComparison.Ordinal));
        Assert.DoesNotContain(known, text => text.Contains(lease.Id[..16], StringComparison.Ordinal));
    }

    private static string Session() => $"camera_{Guid.NewGuid():N}";

    private static async Task<string> EntryAsync(IDatabase store, string node)
    {
        string? entry = null;
        await Eventually.TrueAsync(
            async () => (entry = await store.HashGetAsync(Nodes, node))?.Contains("\"address\":\"http", StringComparison.Ordinal) == true, s_patience, $"{node} says where it is");
        return entry!;
    }

    private static NodeSignature Signature(TimeProvider clock) => new(
        Options.Create(new SecurityOptions { ApiKey = TestSecrets.ApiKey }), address: null!, clock, NullLogger<NodeSignature>.Instance);

    private static async Task<HttpRequestMessage> SignedAsync(NodeSignature signature, Uri node, HttpMethod method, string target, string? body = null)
    {
        var request = new HttpRequestMessage(method, new Uri(node, target)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        await signature.SignAsync(request, Cancel);
        return request;
    }

    private static HttpRequestMessage CopyOf(HttpRequestMessage request, Uri address)
    {
        var copy = new HttpRequestMessage(request.Method, address);
        copy.Headers.Add(NodeSignature.Header, request.Headers.GetValues(NodeSignature.Header));
        return copy;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpRequestMessage request)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using (request)
        {
            using var answer = await client.SendAsync(request, Cancel);
            return answer.StatusCode;
        }
    }

    private Task<NodeProcess> StartAsync(string name, params string[] settings) =>
        StartNodeAsync(Store.ConnectionString, name, ["--Cameras:door:Source=test-pattern", .. settings]);
}
