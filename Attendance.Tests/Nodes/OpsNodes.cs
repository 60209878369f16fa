using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Tests that every node shows ops the whole system: alerts, the audit, and events.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class OpsNodes : OwnNodes<RedisStore>
{
    /// <summary>One second for nodes that do not answer, plus what a busy machine needs. Without that limit it would be the client's 30 s.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_alert_of_another_node_is_listed_and_acknowledged_and_what_was_done_is_one_list()
    {
        var (one, two, three) = await StartThreeAsync();
        var alert = await GhostAsync(one);
        Assert.Equal(("two", "open"), (Text(alert, "node"), Text(alert, "state")));

        var id = Text(alert, "id")!;
        using (var refused = await one.Http.PostAsJsonAsync($"/api/alerts/{id}/acknowledge?node=three", new { by = "account-1" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode); // that node has no such alert
        }

        using (var acknowledged = await one.Http.PostAsJsonAsync($"/api/alerts/{id}/acknowledge", new { by = "account-1" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, acknowledged.StatusCode);
            Assert.Equal("account-1", Text(await acknowledged.Content.ReadFromJsonAsync<JsonElement>(Cancel), "acknowledged_by"));
        }

        foreach (var node in (NodeProcess[])[one, two, three])
        {
            Assert.Equal("acknowledged", Text(await GhostAsync(node), "state"));
        }

        Assert.Equal("acknowledged", Text(Assert.Single((await AlertsAsync(two, "?node=two")).Alerts, alert => Text(alert, "id") == id), "state"));
        Assert.DoesNotContain((await AlertsAsync(two, "?node=one")).Alerts, alert => Text(alert, "node") != "one");
        using (var unknown = await three.Http.PostAsJsonAsync("/api/alerts/0123456789abcdef/acknowledge", new { by = "account-1" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        }

        // Who did what, in the order of time, whoever was asked to do it and is asked about it.
        await one.AcquireAsync("cam-one", Session());
        await three.AcquireAsync("cam-three", Session());
        foreach (var camera in (string[])["cam-one", "cam-three"])
        {
            using var released = await two.Http.PostAsJsonAsync($"/api/cameras/{camera}/release", new { by = "account-2", why = "The room is closed." }, Cancel);
            Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        }

        string[] expected = ["release@three", "release@one", "acknowledge@two"];
        await Eventually.TrueAsync(async () => (await AuditAsync(three)).Count == expected.Length, s_patience, "all is written down");
        foreach (var node in (NodeProcess[])[one, two, three])
        {
            Assert.Equal(expected, await AuditAsync(node));
        }

        var first = await two.Http.GetFromJsonAsync<JsonElement>("/api/audit?limit=2", Cancel);
        var rest = await three.Http.GetFromJsonAsync<JsonElement>($"/api/audit?limit=2&after={first.GetProperty("next").GetString()}", Cancel);
        Assert.Equal(expected, first.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).Select(Deed));
        Assert.Null(rest.GetProperty("next").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await two.Http.GetAsync("/api/audit?after=nothing", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Events_of_all_nodes_come_to_whoever_listens_at_one_and_go_on_at_another_where_they_stopped()
    {
        var (one, two, three) = await StartThreeAsync();
        string last;
        await using (var events = await EventReader.OpenAsync(one.Http, live: false, Cancel))
        {
            await StandAsync(events, 3);
            var lease = await three.AcquireAsync("cam-two", Session());
            await three.ReleaseAsync(lease);
            Assert.Equal("two", Text(await events.NextAsync("lease_ended", told => Text(told, "lease_ref") == lease.Ref, s_patience, Cancel), "node"));
            last = events.All[^1].Id!;
            Assert.Equal(["lease_granted", "lease_ended"], LeasesOf(events));
        }

        // While nobody listens: at two nodes, which know nothing of each other's order, and at the one that dies.
        await one.ReleaseAsync(await one.AcquireAsync("cam-two", Session()));
        await one.ReleaseAsync(await one.AcquireAsync("cam-three", Session()));
        await one.SignalAsync("KILL");
        await using var again = await EventReader.OpenAsync(three.Http, live: false, Cancel, last);
        await StandAsync(again, 2);
        await Eventually.TrueAsync(() => LeasesOf(again).Count == 4, s_patience, "what was missed is told");
        var after = await two.AcquireAsync("cam-two", Session());
        await again.NextAsync("lease_granted", told => Text(told, "lease_ref") == after.Ref, s_patience, Cancel);

        Assert.Equal(5, LeasesOf(again).Count); // each once
        Assert.Equal(
            ["cam-two granted", "cam-two ended", "cam-two granted"],
            again.All.Where(heard => Text(heard.Data, "camera_id") == "cam-two").Select(heard => $"cam-two {heard.Event["lease_".Length..]}"));
        Assert.DoesNotContain(again.All, heard => heard.Event == "reset" && Text(heard.Data, "node") is "two" or "three");
        Assert.All(again.All, heard => Assert.DoesNotContain(after.Id, heard.Data.GetRawText(), StringComparison.Ordinal));

        // A node that comes back has another order, and says that what was in between is not known.
        await StartAsync("one");
        await again.NextAsync("reset", told => Text(told, "node") == "one", s_patience, Cancel);
        await two.ReleaseAsync(after);
        await again.NextAsync("lease_ended", told => Text(told, "lease_ref") == after.Ref, s_patience, Cancel);
    }

    [Fact]
    public async Task Who_watches_one_node_sees_the_cameras_of_all_and_which_node_is_gone()
    {
        var (one, two, three) = await StartThreeAsync();
        await using var events = await EventReader.OpenAsync(one.Http, live: true, Cancel);
        foreach (var node in (NodeProcess[])[one, two, three])
        {
            var snapshot = await events.NextAsync("snapshot", told => Text(told, "node") == node.Name, s_patience, Cancel);
            Assert.Contains(snapshot.GetProperty("cameras").EnumerateArray(), camera => Text(camera, "camera_id") == $"cam-{node.Name}");
        }

        Assert.Single(events.All, heard => heard.Event == "nodes"); // nodes two and three have neither forwarded it nor followed back
        Assert.Equal(3, events.All.Count(heard => heard.Event == "snapshot"));
        var lease = await one.AcquireAsync("cam-two", Session());
        await events.NextAsync(
            "cameras", told => Text(told, "node") == "two" && told.GetProperty("changed").EnumerateArray().Any(camera => Text(camera, "lease_ref") == lease.Ref), s_patience, Cancel);
        await GhostAsync(one); // the store has it

        // One that hangs is heard no more, which keeps nothing from the others; and once it goes on, it begins anew.
        Processes.Signal(three.Pid, "STOP");
        await one.ReleaseAsync(lease);
        await events.NextAsync(
            "cameras", told => Text(told, "node") == "two" && told.GetProperty("changed").EnumerateArray().Any(camera => Text(camera, "last_reason") == "client"), s_limit, Cancel);
        await events.NextAsync("nodes", told => Node(told, "three") is { } hung && !hung.GetProperty("followed").GetBoolean(), 2 * s_patience, Cancel);
        Processes.Signal(three.Pid, "CONT");
        await Eventually.TrueAsync(
            () => events.All.Count(heard => heard.Event == "snapshot" && Text(heard.Data, "node") == "three") == 2, s_patience, "it is heard again");

        await two.SignalAsync("KILL");
        await events.NextAsync("nodes", told => Node(told, "two") is { } gone && !gone.GetProperty("followed").GetBoolean(), s_patience, Cancel);
        var known = await events.NextAsync("alerts", told => Text(told, "node") == "two", s_patience, Cancel);
        Assert.Contains(known.GetProperty("alerts").EnumerateArray(), alert => Text(alert, "camera_id") == "ghost");
        await events.NextAsync("nodes", told => Text(Node(told, "two")!.Value, "state") == "lost", 2 * s_patience, Cancel);
        await three.AcquireAsync("cam-three", Session());
        await events.NextAsync(
            "cameras", told => Text(told, "node") == "three" && told.GetProperty("changed").EnumerateArray().Any(camera => Text(camera, "state") == "held"), s_patience, Cancel);
    }

    [Fact]
    public async Task A_node_that_hangs_costs_others_a_moment_and_one_that_is_killed_is_named_and_keeps_its_alerts()
    {
        var (one, two, three) = await StartThreeAsync();
        var id = Text(await GhostAsync(one), "id")!;
        await Eventually.TrueAsync(async () => (await AlertsAsync(three)).Alerts.Any(alert => Text(alert, "id") == id), s_patience, "three has it too");

        Processes.Signal(two.Pid, "STOP");
        await AssertTellsOfAsync(one, id);
        using (var silent = await one.Http.PostAsJsonAsync($"/api/alerts/{id}/acknowledge", new { by = "account-1" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, silent.StatusCode); // the node may be alive, and only it may answer
        }

        Processes.Signal(two.Pid, "CONT");
        await Eventually.TrueAsync(async () => (await AlertsAsync(one)).Unreachable.Count == 0, s_patience, "it answers again");

        await two.SignalAsync("KILL");
        await AssertTellsOfAsync(one, id);
        await Eventually.TrueAsync(
            async () => (await AlertsAsync(three)).Alerts.Any(IsNodeLost), 2 * s_patience, "it is lost");
        await Task.Delay(TimeSpan.FromSeconds(4), Cancel); // the other one has seen it by now, too
        foreach (var node in (NodeProcess[])[one, three])
        {
            var lost = Assert.Single((await AlertsAsync(node)).Alerts, IsNodeLost);
            Assert.Equal(("two", "one"), (Text(lost, "subject"), Text(lost, "node"))); // the node that has been up longest reports the loss
            await AssertTellsOfAsync(node, id);
        }

        using (var acknowledged = await three.Http.PostAsJsonAsync($"/api/alerts/{id}/acknowledge", new { by = "account-1" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, acknowledged.StatusCode);
        }

        await Eventually.TrueAsync(async () => Text(await GhostAsync(one), "state") == "acknowledged", s_patience, "the store has it");
        var back = await StartAsync("two", "--Cameras:ghost:Source=device:/dev/video-that-is-not-there");
        await Eventually.TrueAsync(
            async () => (await AlertsAsync(back, "?node=two")).Alerts.Any(alert => Text(alert, "acknowledged_by") == "account-1"), s_patience, "its next run remembers");

        // The one that told goes itself: the next to have been there tells of it, and the youngest does not.
        await one.SignalAsync("KILL");
        await Eventually.TrueAsync(
            async () => (await AlertsAsync(back)).Alerts.Any(alert => IsNodeLost(alert) && Text(alert, "subject") == "one"), 2 * s_patience, "another one tells");
        await Task.Delay(TimeSpan.FromSeconds(4), Cancel);
        Assert.Equal("three", Text(Assert.Single((await AlertsAsync(back)).Alerts, alert => IsNodeLost(alert) && Text(alert, "subject") == "one"), "node"));
    }

    private static bool IsNodeLost(JsonElement alert) => Text(alert, "rule") == "node_lost" && Text(alert, "state") != "resolved";

    /// <summary>Asserts that the missing node is named within the limit, and listed with what the store has of it.</summary>
    private static async Task AssertTellsOfAsync(NodeProcess node, string alertId)
    {
        var started = Stopwatch.StartNew();
        var (alerts, unreachable) = await AlertsAsync(node);
        Assert.True(started.Elapsed < s_limit, $"{started.Elapsed}");
        Assert.Contains("two", unreachable);
        Assert.Equal("two", Text(Assert.Single(alerts, alert => Text(alert, "id") == alertId), "node"));
    }

    private static async Task<(IReadOnlyList<JsonElement> Alerts, IReadOnlyList<string?> Unreachable)> AlertsAsync(NodeProcess node, string query = "")
    {
        var answer = await node.Http.GetFromJsonAsync<JsonElement>("/api/alerts" + query, Cancel);
        return ([.. answer.GetProperty("alerts").EnumerateArray()], [.. answer.GetProperty("unreachable").EnumerateArray().Select(one => one.GetString())]);
    }

    /// <summary>Waits for the second node's alert about a camera that is missing there.</summary>
    private static async Task<JsonElement> GhostAsync(NodeProcess node)
    {
        JsonElement? found = null;
        await Eventually.TrueAsync(
            async () => (found = (await AlertsAsync(node)).Alerts.Select(alert => (JsonElement?)alert).FirstOrDefault(alert => Text(alert!.Value, "camera_id") == "ghost")) is not null,
            s_patience, "an alert tells of the camera that is not there");
        return found!.Value;
    }

    private static async Task<IReadOnlyList<string>> AuditAsync(NodeProcess node) =>
        [.. (await node.Http.GetFromJsonAsync<JsonElement>("/api/audit", Cancel)).GetProperty("items").EnumerateArray().Select(Deed)];

    private static string Deed(JsonElement entry) => $"{Text(entry, "action")}@{Text(entry, "node")}";

    private static IReadOnlyList<string> LeasesOf(EventReader events) =>
        [.. events.All.Select(heard => heard.Event).Where(name => name is "lease_granted" or "lease_ended")];

    /// <summary>Waits until the listener has a position in the events of this many nodes.</summary>
    private static Task<TimeSpan> StandAsync(EventReader events, int nodes) => Eventually.TrueAsync(
        () => events.All.Count(heard => heard.Event == "position") >= nodes, s_patience, $"{nodes} nodes are heard");

    private static JsonElement? Node(JsonElement told, string name) =>
        told.GetProperty("nodes").EnumerateArray().Select(node => (JsonElement?)node).FirstOrDefault(node => Text(node!.Value, "node") == name);

    private static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");

    private async Task<(NodeProcess One, NodeProcess Two, NodeProcess Three)> StartThreeAsync()
    {
        var one = await StartAsync("one"); // the first to be there, and so the one that tells of who is lost
        var others = await Task.WhenAll(StartAsync("two", "--Cameras:ghost:Source=device:/dev/video-that-is-not-there"), StartAsync("three"));
        var (two, three) = (others[0], others[1]);
        await Task.WhenAll(one.KnowsAsync(two, three), two.KnowsAsync(one, three), three.KnowsAsync(one, two));
        return (one, two, three);
    }

    private Task<NodeProcess> StartAsync(string name, params string[] settings) =>
        StartNodeAsync(Store.ConnectionString, name, [$"--Cameras:cam-{name}:Source=test-pattern", .. settings]);
}
