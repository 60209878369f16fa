using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Tests that all nodes give the same answer.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class NodeTests(ThreeNodes nodes) : IClassFixture<ThreeNodes>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_camera_of_one_node_is_borrowed_watched_renewed_and_given_back_by_another()
    {
        var lease = await nodes.Three.AcquireAsync("door", Session());

        Assert.Equal("held", await nodes.Two.StateAsync("door"));
        Assert.Equal("one", (await nodes.Two.CameraAsync("door")).GetProperty("node").GetString());
        using (var stream = await nodes.Two.Http.GetAsync(lease.StreamUrl, HttpCompletionOption.ResponseHeadersRead, Cancel))
        {
            Assert.Equal("multipart/x-mixed-replace", stream.Content.Headers.ContentType?.MediaType);
            var seen = new byte[16 * 1024];
            await (await stream.Content.ReadAsStreamAsync(Cancel)).ReadExactlyAsync(seen, Cancel);
        }

        using (var snapshot = await nodes.Three.Http.GetAsync(lease.SnapshotUrl, Cancel))
        {
            Assert.Equal("image/jpeg", snapshot.Content.Headers.ContentType?.MediaType);
        }

        using (var check = await nodes.Two.Http.PostAsJsonAsync(
            "/api/leases/check", new { lease_id = lease.Id, camera_id = "door", fencing_token = lease.FencingToken }, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, check.StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, await nodes.Two.RenewAsync(lease));
        await nodes.Two.ReleaseAsync(lease);
        Assert.Equal("available", await nodes.Three.StateAsync("door"));
        Assert.Equal(HttpStatusCode.Gone, await nodes.Three.RenewAsync(lease));
        var last = (await nodes.Three.HistoryAsync("door"))[0];
        Assert.Equal(("one", "client"), (last.GetProperty("node").GetString(), last.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task The_list_is_that_of_all_nodes_page_by_page()
    {
        string[] all = ["desk@one", "desk@two", "door@one", "gate@two", "hall@", "yard@three"];
        foreach (var node in nodes.All)
        {
            Assert.Equal(all, (await node.CamerasAsync()).Select(Name));
            var paged = new List<JsonElement>();
            string? next = null;
            do
            {
                var page = await node.Http.GetFromJsonAsync<JsonElement>($"/api/cameras?limit=1{(next is null ? "" : $"&after={next}")}", Cancel);
                paged.AddRange(page.GetProperty("cameras").EnumerateArray());
                next = page.GetProperty("next").GetString();
                Assert.True(paged.Count <= all.Length, string.Join(' ', paged.Select(Name)));
            }
            while (next is not null);

            Assert.Equal(all, paged.Select(Name));
        }

        Assert.Equal(["desk@two", "gate@two", "hall@"], (await nodes.One.CamerasAsync("?node=two")).Select(Name));
        Assert.Equal(HttpStatusCode.NotFound, (await nodes.One.Http.GetAsync("/api/cameras?node=nine", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await nodes.One.Http.GetAsync("/api/cameras?node=..%2F", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await nodes.One.Http.GetAsync("/api/cameras?after=nothing", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await nodes.One.Http.GetAsync("/api/cameras?limit=0", Cancel)).StatusCode);

        static string Name(JsonElement camera) =>
            $"{camera.GetProperty("camera_id")}@{(camera.GetProperty("scope").GetString() is null ? camera.GetProperty("node").GetString() : "")}";
    }

    [Fact]
    public async Task Of_cameras_called_alike_a_node_means_its_own_unless_another_is_named()
    {
        var session = Session();
        var own = await nodes.Two.AcquireAsync("desk", session);
        Assert.Equal("two", (await nodes.Two.CameraAsync("desk")).GetProperty("node").GetString());
        Assert.Equal("available", await nodes.One.StateAsync("desk"));
        Assert.Equal("held", (await nodes.One.CameraAsync("desk?node=two")).GetProperty("state").GetString());
        using (var other = await nodes.Two.Http.PostAsJsonAsync("/api/leases?node=one", new { session_id = Session(), camera_id = "desk" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.Created, other.StatusCode);
            await nodes.Three.ReleaseAsync(Lease.From(await other.Content.ReadFromJsonAsync<JsonElement>(Cancel)));
        }

        await nodes.Three.ReleaseAsync(own);
        Assert.Equal("client", await nodes.Two.LastReasonAsync("desk"));
    }

    [Fact]
    public async Task A_shared_camera_is_had_by_one_whoever_is_asked_and_those_who_wait_are_served_in_their_order()
    {
        var holder = await nodes.One.AcquireAsync(ThreeNodes.Shared, Session());
        foreach (var node in nodes.All)
        {
            using var refused = await node.AskAsync(ThreeNodes.Shared, Session());
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        var first = nodes.Two.AcquireAsync(ThreeNodes.Shared, Session(), waitSeconds: 20);
        await Task.Delay(300, Cancel); // time to get into the line
        var second = nodes.Three.AcquireAsync(ThreeNodes.Shared, Session(), waitSeconds: 20);
        await Task.Delay(300, Cancel);

        await nodes.Three.ReleaseAsync(holder);
        var next = await first;
        Assert.False(second.IsCompleted);
        await nodes.One.ReleaseAsync(next);
        var last = await second;
        Assert.True(holder.FencingToken < next.FencingToken && next.FencingToken < last.FencingToken);
        await nodes.Two.ReleaseAsync(last);
    }

    [Fact]
    public async Task Those_who_share_a_shared_camera_have_it_at_one_node_whoever_they_ask()
    {
        var one = await nodes.One.AcquireAsync(ThreeNodes.Shared, Session(), mode: "shared");
        var two = await nodes.Two.AcquireAsync(ThreeNodes.Shared, Session(), mode: "shared");
        var three = await nodes.Three.AcquireAsync(ThreeNodes.Shared, Session(), mode: "shared");
        using (var alone = await nodes.Three.AskAsync(ThreeNodes.Shared, Session()))
        {
            Assert.Equal(HttpStatusCode.Conflict, alone.StatusCode);
        }

        foreach (var node in nodes.All)
        {
            var camera = await node.CameraAsync(ThreeNodes.Shared);
            Assert.Equal("shared", camera.GetProperty("mode").GetString());
            Assert.Equal([one.Ref, two.Ref, three.Ref], camera.GetProperty("holders").EnumerateArray().Select(holder => holder.GetProperty("lease_ref").GetString()));
        }

        await nodes.Three.ReleaseAsync(one);
        Assert.Equal(HttpStatusCode.OK, await nodes.One.RenewAsync(two));
        await nodes.Two.ReleaseAsync(two);
        await nodes.One.ReleaseAsync(three);
        await nodes.Two.ReleaseAsync(await nodes.Two.AcquireAsync(ThreeNodes.Shared, Session()));
    }

    [Fact]
    public async Task A_shared_camera_is_opened_by_the_node_that_has_least_to_do()
    {
        var busy = new[] { await nodes.One.AcquireAsync("door", Session()), await nodes.Two.AcquireAsync("gate", Session()) };

        // What the others have to do, a node hears every two seconds.
        await Eventually.TrueAsync(
            async () =>
            {
                var lease = await nodes.One.AcquireAsync(ThreeNodes.Shared, Session());
                var node = (await nodes.One.CameraAsync(ThreeNodes.Shared)).GetProperty("node").GetString();
                await nodes.One.ReleaseAsync(lease);
                return node == "three";
            },
            s_patience, "it is opened by the third, which holds nothing");
        foreach (var lease in busy)
        {
            await nodes.Three.ReleaseAsync(lease);
        }
    }

    [Fact]
    public async Task However_many_want_a_shared_camera_at_once_by_all_nodes_it_is_never_held_twice()
    {
        var held = 0;
        var twice = 0;
        var granted = 0;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            for (var round = 0; round < 4; round++)
            {
                using var response = await nodes.All[(i + round) % 3].AskAsync(ThreeNodes.Shared, Session(), waitSeconds: 25);
                Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Cancel));
                var lease = Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
                Interlocked.Increment(ref granted);
                if (Interlocked.Increment(ref held) > 1)
                {
                    Interlocked.Increment(ref twice);
                }

                Interlocked.Decrement(ref held); // before it is given back: afterwards it may be another's already
                await nodes.All[i % 3].ReleaseAsync(lease);
            }
        }));

        Assert.Equal((48, 0), (granted, twice));
        var history = (await nodes.Two.HistoryAsync(ThreeNodes.Shared)).Take(48).Reverse().ToList();
        foreach (var (before, after) in history.Zip(history.Skip(1)))
        {
            Assert.True(before.GetProperty("fencing_token").GetInt64() < after.GetProperty("fencing_token").GetInt64());
            Assert.True(before.GetProperty("ended_at").GetDateTime() <= after.GetProperty("acquired_at").GetDateTime());
        }
    }

    [Fact]
    public async Task A_page_whose_socket_came_to_another_node_keeps_its_camera_and_gives_it_back_when_it_is_gone()
    {
        var session = Session();
        var lease = await nodes.Three.AcquireAsync("gate", session, ttlSeconds: 5);
        await using (var page = await PageSocket.OpenAsync(nodes.One.Address, session, ("X-Api-Key", TestSecrets.ApiKey)))
        {
            var later = DateTime.UtcNow.AddSeconds(11); // longer than the lease lives by itself
            await page.HearAsync("renewed", message => (string?)message["leases"]![0]!["lease_id"] == lease.Id && (DateTime)message["leases"]![0]!["expires_at"]! > later);
            Assert.Equal("held", await nodes.Two.StateAsync("gate"));

            // And one more, after its socket.
            var other = await nodes.Two.AcquireAsync("yard", session, ttlSeconds: 5);
            await page.HearAsync("renewed", message => message["leases"]!.AsArray().Any(one => (string?)one!["lease_id"] == other.Id));
            await nodes.One.ReleaseAsync(other);
            Assert.Equal(other.Id, (string?)(await page.HearAsync("ended"))["lease_id"]);
        }

        await Eventually.TrueAsync(async () => await nodes.One.StateAsync("gate") == "available", s_patience, "it is free");
        Assert.Equal("disconnected", await nodes.Three.LastReasonAsync("gate"));
    }

    [Fact]
    public async Task A_goodbye_that_comes_to_another_node_gives_back_what_the_session_has_anywhere()
    {
        var session = Session();
        await nodes.One.AcquireAsync("door", session);
        await nodes.Three.AcquireAsync("gate", session);
        using var response = await nodes.Three.Http.PostAsJsonAsync("/api/camera/cleanup/", new { session_id = session, reason = "page_hide" }, Cancel);
        var released = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("released");

        Assert.Equal(["door", "gate"], released.EnumerateArray().Select(one => one.GetProperty("camera_id").GetString()).Order());
        Assert.Equal(("page_hide", "page_hide"), (await nodes.Two.LastReasonAsync("door"), await nodes.Two.LastReasonAsync("gate")));
    }

    [Fact]
    public async Task A_browsers_camera_is_one_whichever_node_its_page_comes_to()
    {
        var camera = $"browser-{Guid.NewGuid():N}-0123456789abcdef";
        var lease = await nodes.One.AcquireAsync(camera, Session());
        using (var refused = await nodes.Two.AskAsync(camera, Session()))
        {
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        await nodes.Three.ReleaseAsync(lease);
        await nodes.Two.ReleaseAsync(await nodes.Two.AcquireAsync(camera, Session()));
        Assert.Equal(["two", "one"], (await nodes.Three.HistoryAsync(camera)).Select(entry => entry.GetProperty("node").GetString()));
    }

    [Fact]
    public async Task Everything_is_released_everywhere_by_one_command()
    {
        await nodes.One.AcquireAsync("door", Session());
        await nodes.Two.AcquireAsync("gate", Session());
        using var response = await nodes.Three.Http.PostAsJsonAsync("/api/camera/cleanup/", new { force = true }, Cancel);
        var released = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("released");

        Assert.Superset(new HashSet<string?> { "door", "gate" }, released.EnumerateArray().Select(one => one.GetProperty("camera_id").GetString()).ToHashSet());
        Assert.Equal(0, (await nodes.One.Http.GetFromJsonAsync<JsonElement>("/api/camera/status/", Cancel)).GetProperty("active_cameras").GetInt32());
    }

    [Fact]
    public async Task Who_names_no_camera_gets_the_one_of_any_node_that_will_do_and_waits_for_it()
    {
        var preview = await nodes.Two.Http.GetFromJsonAsync<JsonElement>("/api/cameras?best=true&min_width=1280", Cancel);
        Assert.Equal("yard", preview.GetProperty("camera").GetProperty("camera_id").GetString());

        var session = Session();
        var lease = await AutoAsync(nodes.One, session);
        Assert.Equal("held", await nodes.Three.StateAsync("yard"));
        using (var again = await AskAutoAsync(nodes.Two, session))
        {
            Assert.Equal(HttpStatusCode.OK, again.StatusCode); // the same lease, whichever node is asked
            Assert.Equal(lease.Id, Lease.From(await again.Content.ReadFromJsonAsync<JsonElement>(Cancel)).Id);
        }

        using (var refused = await AskAutoAsync(nodes.Two, Session()))
        {
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        using (var none = await nodes.One.Http.PostAsJsonAsync(
            "/api/leases", new { session_id = Session(), camera_id = "auto", requirements = new { min_width = 9999 } }, Cancel))
        {
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }

        var waiting = AutoAsync(nodes.Two, Session(), waitSeconds: 20);
        await Task.Delay(500, Cancel);
        Assert.False(waiting.IsCompleted);
        await nodes.Two.ReleaseAsync(lease);
        await nodes.One.ReleaseAsync(await waiting);
    }

    private static async Task<Lease> AutoAsync(NodeProcess node, string session, int waitSeconds = 0)
    {
        using var response = await AskAutoAsync(node, session, waitSeconds);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Cancel) + node.Log);
        return Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }

    private static Task<HttpResponseMessage> AskAutoAsync(NodeProcess node, string session, int waitSeconds = 0) => node.Http.PostAsJsonAsync(
        "/api/leases",
        new { session_id = session, camera_id = "auto", wait_seconds = waitSeconds, requirements = new { min_width = 1280 } },
        Cancel);

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");
}
