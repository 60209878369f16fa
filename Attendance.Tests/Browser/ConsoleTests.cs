using System.Text.RegularExpressions;
using Attendance.CameraApi;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests the ops console in a real browser. Every message in the browser's console fails the test, also those about the content policy.</summary>
[Trait("Suite", "Browser")]
public sealed class ConsoleTests(ChromiumBrowser chromium) : WebTest
{
    private readonly List<string> _complaints = [];

    [Fact]
    public async Task The_table_shows_the_cameras_and_follows_the_stream()
    {
        var ops = new ShownOps(Api.Proxy);
        await ops.PutAsync(ShownOps.Camera("door", "Front door", CameraState.Held), ShownOps.Camera("desk", "Reception desk"));
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);
        await Expect(Row(page, "Front door")).ToContainTextAsync("In use");
        await Expect(Row(page, "Front door")).ToContainTextAsync("5e5510a1");
        await Expect(Row(page, "Front door").Locator(".col-held")).ToHaveTextAsync(new Regex("^1:[0-5][0-9]$")); // a minute and a bit

        await ops.PutAsync(ShownOps.Camera("door", "Front door", CameraState.Quarantined), ShownOps.Camera("new", "New <b>camera</b>"));
        await Api.Proxy.Events.TellAsync("figures", new FiguresEvent("desk-1", [["desk", 12.5, 3.25, 2]]));

        await Expect(Row(page, "Front door")).ToContainTextAsync("Blocked");
        await Expect(Row(page, "Front door")).ToContainTextAsync("uvc_status_cleanup");
        await Expect(Row(page, "New <b>camera</b>")).ToContainTextAsync("Available");
        await Expect(Row(page, "Reception desk").Locator(".col-rate")).ToHaveTextAsync("12.5");
        await Expect(Row(page, "Reception desk").Locator(".col-age")).ToHaveTextAsync("3.3 s");
        await Api.Proxy.Events.TellAsync("cameras", new CamerasEvent("desk-1", [], ["door"]));
        await Expect(Row(page, "Front door")).ToHaveCountAsync(0);
        Assert.Single(Api.Requests, sent => sent.Target.StartsWith("/api/events", StringComparison.Ordinal));
        Assert.DoesNotContain(Api.Requests, sent => sent.Target.StartsWith("/api/cameras", StringComparison.Ordinal)); // the console does not request what the stream tells it
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Cameras_called_alike_are_each_their_nodes_own_and_one_that_nodes_share_is_one()
    {
        var ops = new ShownOps(Api.Proxy);
        await ops.PutAsync(
            ShownOps.Camera("desk", "Desk", node: "desk-1"), ShownOps.Camera("desk", "Desk", CameraState.Held, "gate-2"),
            ShownOps.Camera("hall", "Hall", node: "desk-1", scope: "lobby"), ShownOps.Camera("hall", "Hall", CameraState.Held, "gate-2", "lobby"));
        await ops.PutAsync(CameraEventType.AlertOpened, ShownOps.Alert("0a", AlertRule.Contention, "desk", node: "gate-2"));
        Api.Proxy.Answer("GET", "/api/cameras/desk/history", new HistoryResponse("desk", []));
        Api.Proxy.Answer("POST", "/api/cameras/desk/release", new ReleasedCamera("desk", "gate-2", "forced", 0.21));
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);

        await Expect(Row(page, "Desk")).ToHaveCountAsync(2);
        await Expect(Row(page, "Hall")).ToHaveCountAsync(1);
        await Expect(Row(page, "Hall").Locator(".col-node")).ToHaveTextAsync("gate-2"); // the node that holds the shared camera
        await Expect(page.Locator("#alerts > li")).ToContainTextAsync("on gate-2");
        await page.Locator("#alerts .camera-link").ClickAsync();
        await Expect(page.Locator("#camera-id")).ToContainTextAsync("desk · on gate-2");
        await page.Keyboard.PressAsync("Escape");

        await page.GetByRole(AriaRole.Button, new() { Name = "Release Desk" }).ClickAsync(); // the other one has nobody
        await page.GetByRole(AriaRole.Dialog).GetByLabel("Why").FillAsync("its holder went home");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog).GetByText("Desk is free")).ToBeVisibleAsync();
        Assert.Single(Api.Requests, sent => sent.Target == "/api/cameras/desk/release?node=gate-2");
        await ops.PutAsync(ShownOps.Camera("hall", "Hall", CameraState.Held, "desk-1", "lobby"), ShownOps.Camera("hall", "Hall", CameraState.Available, "gate-2", "lobby"));
        await Expect(Row(page, "Hall").Locator(".col-node")).ToHaveTextAsync("desk-1");
        await Expect(Row(page, "Hall")).ToHaveCountAsync(1);
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Who_shares_a_camera_is_listed_and_one_of_them_can_be_forced_out()
    {
        var ops = new ShownOps(Api.Proxy);
        var door = ShownOps.Camera("door", "Front door", CameraState.Held);
        await ops.PutAsync(door with
        {
            Mode = LeaseMode.Shared,
            Holders = [.. door.Holders.Select(one => one with { Role = "recognizer" }), new OpsHolder("0defaced", "9a4d0001", null, ShownOps.Time(-20), ShownOps.Time(10))],
        });
        Api.Proxy.Answer("GET", "/api/cameras/door/history", new HistoryResponse("door", []));
        Api.Proxy.Answer("POST", "/api/cameras/door/release", new ReleasedCamera("door", "desk-1", "forced", 0.02));
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);
        await Expect(Row(page, "Front door").Locator(".col-holder")).ToHaveTextAsync("2 share it");

        await page.GetByRole(AriaRole.Button, new() { Name = "Release Front door" }).ClickAsync();
        var command = page.Locator("#command");
        await Expect(command.Locator("#command-affected li")).ToHaveTextAsync([new Regex("^5e5510a1 [(]recognizer[)], for 1:"), new Regex("^9a4d0001, for 0:")]);
        await page.Keyboard.PressAsync("Escape");

        await page.GetByRole(AriaRole.Button, new() { Name = "Front door", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Release session 9a4d0001" }).ClickAsync();
        await command.GetByLabel("Why").FillAsync("the guard has gone home");
        await page.Keyboard.PressAsync("Enter");
        await Expect(command.GetByText("Session 9a4d0001 has it no more")).ToBeVisibleAsync();
        var sent = Assert.Single(Api.Requests, request => request.Target.StartsWith("/api/cameras/door/release", StringComparison.Ordinal));
        Assert.Contains("\"lease_ref\":\"0defaced\"", sent.Body, StringComparison.Ordinal);
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task What_happened_in_an_hour_is_that_of_all_nodes()
    {
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);
        var (here, there) = (ShownOps.Point(0, 4, release: 0.1), ShownOps.Point(0, 3, release: 0.25));
        Api.Proxy.Events.Rewrite<TrendEvent>("trend", real => real with { Point = here }); // replaces every trend while the test runs
        await Api.Proxy.Events.TellAsync("trend", new TrendEvent("desk-1", here));
        await Api.Proxy.Events.TellAsync("trend", new TrendEvent("gate-2", there));

        await page.GetByText("As a table").ClickAsync();
        var cells = page.Locator("#trend-rows tr").First.Locator("td");
        await Expect(cells.Nth(0)).ToHaveTextAsync("7"); // in use
        await Expect(cells.Nth(7)).ToHaveTextAsync("250 ms"); // of the slower one
        await Api.Proxy.Events.TellAsync("trend", new TrendEvent("gate-2", there with { Active = 5 }));
        await Expect(cells.Nth(0)).ToHaveTextAsync("9"); // the same minute, not one more
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task An_operator_has_no_console_and_no_way_to_it()
    {
        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Web.Address.ToString());
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Cameras" })).ToBeVisibleAsync();
        await Expect(page.Locator(".menu [href='/ops']")).ToHaveCountAsync(0); // not folded away either

        Assert.Equal(403, (await page.GotoAsync(new Uri(Web.Address, "/ops").ToString()))!.Status);
    }

    [Fact]
    public async Task Of_a_thousand_cameras_few_rows_are_in_the_document_and_each_can_be_found()
    {
        await new ShownOps(Api.Proxy).PutAsync(
            [.. Enumerable.Range(0, 1000).Select(i => ShownOps.Camera($"cam-{i:0000}", $"Camera {i}", i % 10 == 0 ? CameraState.Held : CameraState.Available, $"node-{i % 3}"))]);
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);
        await Expect(page.Locator("#camera-table")).ToHaveAttributeAsync("aria-rowcount", "1001");
        Assert.InRange(await RowsAsync(page), 5, 40);

        await page.Locator("#camera-frame").EvaluateAsync("frame => { frame.scrollIntoView(); frame.scrollTo(0, frame.scrollHeight); }");
        await Expect(Row(page, "Camera 999")).ToBeInViewportAsync();
        Assert.InRange(await RowsAsync(page), 5, 40);

        await page.Locator("#camera-frame").EvaluateAsync("frame => frame.scrollTo(0, frame.scrollHeight / 2)");
        await Expect(page.Locator("tr[aria-rowindex='502']")).ToContainTextAsync("Camera 500");
        Assert.InRange(await RowsAsync(page), 5, 40);

        await page.GetByRole(AriaRole.Searchbox).FillAsync("cam-0427");
        await Expect(page.Locator("#camera-count")).ToHaveTextAsync("1 of 1000 cameras shown");
        await Expect(Row(page, "Camera 427")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Searchbox).FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "In use 100" }).ClickAsync();
        await page.Locator("#node").SelectOptionAsync("node-1");
        await Expect(page.Locator("#camera-count")).ToHaveTextAsync("33 of 1000 cameras shown");
        await page.GetByRole(AriaRole.Button, new() { Name = "Camera", Exact = true }).ClickAsync();
        await Expect(page.Locator("#camera-table th[aria-sort=descending]")).ToHaveTextAsync("Camera");
        await Expect(page.Locator("tr[aria-rowindex='2'] .camera-link")).ToHaveTextAsync("Camera 970");
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Alerts_come_first_are_announced_and_can_be_acknowledged()
    {
        await UseAsync("--Cameras:door:Source=test-pattern", "--Cameras:door:Name=Front door", "--Alerts:Contention:Count=1");
        var ops = new ShownOps(Api.Proxy);
        await ops.PutAsync(CameraEventType.AlertResolved, ShownOps.Alert("0a", AlertRule.CameraMissing, "desk", AlertState.Resolved));
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);
        await Expect(page.GetByText("No alerts are open.")).ToBeVisibleAsync();
        await Expect(page.Locator("#announcement")).ToBeEmptyAsync();

        await Api.HoldByAnotherAsync("door");
        for (var i = 0; i < 3; i++)
        {
            using var refused = await Api.Node.AskAsync("door", $"somebody_{i}_who_waits");
        }

        await Expect(page.Locator("#alerts > li")).ToContainTextAsync("Contention");
        await ops.PutAsync(CameraEventType.AlertOpened, ShownOps.Alert("0c", AlertRule.Quarantined, "door"));
        await Expect(page.Locator("#alerts > li").First).ToContainTextAsync("Blocked");
        await Expect(page.Locator("#alerts > li").First).ToContainTextAsync("Unplug the device");
        await Expect(page.Locator("#announcement")).ToContainTextAsync("New critical alert: Blocked.");
        await Expect(page).ToHaveTitleAsync("(2) Operations · Attendance");
        await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge Contention Front door" }).ClickAsync();
        await Expect(page.Locator("#alerts > li").Last).ToContainTextAsync("acknowledged");
        await Expect(page).ToHaveTitleAsync("(1) Operations · Attendance");
        await Expect(page.Locator("#audit-rows")).ToContainTextAsync("Acknowledged an alert");
        await Expect(page.Locator("#audit-rows")).ToContainTextAsync("Admin-"); // by name, not by id

        await ops.PutAsync(CameraEventType.AlertResolved, ShownOps.Alert("0c", AlertRule.Quarantined, "door", AlertState.Resolved));
        await Expect(page.Locator("#alerts > li")).ToHaveCountAsync(1);
        await page.GetByText("Resolved").First.ClickAsync();
        await Expect(page.Locator("#resolved-alerts > li")).ToHaveCountAsync(2);
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task One_camera_is_released_with_a_reason()
    {
        await UseAsync("--Cameras:door:Source=test-pattern", "--Cameras:door:Name=Front door", "--Cameras:stuck:Source=test-pattern", "--Cameras:stuck:Name=Stuck camera");
        await Api.HoldByAnotherAsync("door");
        await Api.HoldByAnotherAsync("stuck");
        Api.Proxy.Refuse("POST", "/api/cameras/stuck/release", new Problem(409, ProblemCodes.NotFree, "The camera could not be proven free."));
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);

        await page.GetByRole(AriaRole.Button, new() { Name = "Release Front door" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Why").FillAsync("  its holder went home");
        await page.Keyboard.PressAsync("Enter");

        await Expect(dialog.GetByText(new Regex("^Front door is free, after .*s\\.$"))).ToBeVisibleAsync();
        var sent = Assert.Single(Api.Requests, sent => sent.Target == "/api/cameras/door/release?node=desk-1");
        Assert.EndsWith("\"why\":\"its holder went home\"}", sent.Body, StringComparison.Ordinal);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(Row(page, "Front door")).ToContainTextAsync("Available");
        await Expect(page.Locator("#audit-rows")).ToContainTextAsync("its holder went home");

        await page.GetByRole(AriaRole.Button, new() { Name = "Release Stuck camera" }).ClickAsync();
        await dialog.GetByLabel("Why").FillAsync("no"); // too short: the browser says so
        await page.Keyboard.PressAsync("Enter");
        await dialog.GetByLabel("Why").FillAsync("it hangs");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Release" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("could not be shown to be free");
        Assert.Single(Api.Requests, request => request.Target == "/api/cameras/stuck/release?node=desk-1");
        Assert.All(_complaints, complaint => Assert.Contains("409", complaint, StringComparison.Ordinal)); // the browser's own line about a refusal
    }

    [Fact]
    public async Task All_are_released_only_after_it_was_shown_who_is_affected()
    {
        await UseAsync([.. CameraApis.Usual, "--Cameras:door:Source=test-pattern", "--Cameras:door:Name=Front door", "--Cameras:hall:Source=test-pattern", "--Cameras:hall:Name=Hall"]);
        var lease = await Api.HoldByAnotherAsync("door");
        await Api.HoldByAnotherAsync("hall");
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);

        await page.GetByRole(AriaRole.Button, new() { Name = "Release all…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByText("2 cameras would be taken away:")).ToBeVisibleAsync();
        await Expect(dialog.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await Expect(dialog.GetByRole(AriaRole.List)).ToContainTextAsync($"Front door, on desk-1: session {Identifiers.SessionHash(lease.SessionId)[..8]}");
        Assert.All(Api.Cleanups, sent => Assert.Contains("\"dry_run\":true", sent.Body, StringComparison.Ordinal));
        await dialog.GetByLabel("Why").FillAsync("the hall is closed");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Release all" }).ClickAsync();

        await Expect(dialog.GetByText("2 cameras released.")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(Row(page, "Hall")).ToContainTextAsync("Available");
        Assert.Contains("\"force\":true,\"by\":", Api.Cleanups[^1].Body, StringComparison.Ordinal);
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task A_camera_has_its_history_as_a_timeline_and_in_words()
    {
        var ops = new ShownOps(Api.Proxy);
        await ops.PutAsync(ShownOps.Camera("door", "Front door", CameraState.Held));
        HistoryItem[] holds = [Ended(8, "page_hide"), Ended(20, "expired"), Ended(45, "worker_failed", "exit code 139"), Ended(600, "client")];
        Api.Proxy.Answer("GET", "/api/cameras/door/history", new HistoryResponse("door", holds));
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);
        await page.GetByRole(AriaRole.Button, new() { Name = "Front door", Exact = true }).ClickAsync();

        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByRole(AriaRole.Img, new() { NameRegex = new("^3 holds since .*, and in use now$") })).ToBeVisibleAsync();
        await Expect(dialog.Locator("rect[data-tone=bad] title")).ToContainTextAsync("worker failed");
        await Expect(dialog.Locator("#history-rows tr")).ToHaveCountAsync(4);
        await Expect(dialog.Locator("#history-rows")).ToContainTextAsync("worker failed (exit code 139)");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "24 h" }).ClickAsync();
        await Expect(dialog.Locator("rect")).ToHaveCountAsync(5);

        Api.Proxy.Answer("GET", "/api/cameras/door/history", new HistoryResponse("door", holds[..3]));
        await ops.PutAsync(ShownOps.Camera("door", "Front door")); // another end: it is read again
        await Expect(dialog.Locator("#history-rows tr")).ToHaveCountAsync(3);
        await Expect(dialog.Locator("#camera-state")).ToHaveTextAsync("Available");
        await Expect(dialog.Locator("#camera-facts")).ToContainTextAsync("Rating72 of 100");
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task A_stream_that_ends_in_a_quiet_hour_is_no_news_unless_it_stays_away()
    {
        await using var window = await AdminWindowAsync();
        await window.Clock.InstallAsync();
        var page = await OpenAsync(window);
        await page.Clock.FastForwardAsync(20_000); // no event comes meanwhile, and none is needed
        Api.Proxy.Refuse("GET", "/api/events", Results.StatusCode(503));
        Api.Proxy.Cut("/api/events");

        await Expect(page.Locator("#ops")).ToHaveAttributeAsync("data-connection", "lost");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);

        await page.Clock.FastForwardAsync(6_000);
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("connects again by itself");
    }

    [Fact]
    public async Task A_console_whose_stream_breaks_says_so_and_connects_again_by_itself()
    {
        var lease = await Api.HoldByAnotherAsync("demo");
        await using var window = await AdminWindowAsync();
        var page = await OpenAsync(window);
        await Expect(Row(page, "Reception desk")).ToContainTextAsync("In use");

        Api.Proxy.Refuse("GET", "/api/events", Results.StatusCode(503));
        Api.Proxy.Cut("/api/events");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Not connected");
        await Expect(page.Locator("#age")).ToContainTextAsync("What is shown is");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("connects again by itself");
        await Api.LeaveAsync(lease.SessionId, "client");
        Api.Proxy.Pass("GET", "/api/events");

        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await Expect(Row(page, "Reception desk")).ToContainTextAsync("Available");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();

        await Api.HoldByAnotherAsync("demo"); // makes an event, which has a position
        await Expect(Row(page, "Reception desk")).ToContainTextAsync("In use");
        Api.Proxy.Cut("/api/events"); // a network's failure, after which the browser says what it has heard last
        await Eventually.TrueAsync(() => Api.Proxy.Events.Open == 1 && Api.Requests.Any(sent => sent.Headers.ContainsKey("Last-Event-ID")), "it is resumed");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
    }

    [Fact]
    public async Task New_alerts_are_told_on_the_desktop_when_that_was_asked_for()
    {
        var ops = new ShownOps(Api.Proxy);
        await ops.PutAsync(CameraEventType.AlertOpened, ShownOps.Alert("0a", AlertRule.Leak, "door"));
        await using var window = await AdminWindowAsync();
        await window.GrantPermissionsAsync(["notifications"], new() { Origin = Web.Address.GetLeftPart(UriPartial.Authority) });
        await window.AddInitScriptAsync(
            """
            window.told = [];
            window.Notification = class extends EventTarget {
                static permission = 'default';
                static async requestPermission() { return this.permission = 'granted'; }
                constructor(title, options) { super(); this.title = title; this.tag = options.tag; window.told.push(this); }
                close() { this.closed = true; }
            };
            """);
        var page = await OpenAsync(window);
        var button = page.GetByRole(AriaRole.Button, new() { Name = "Notify me of alerts" });
        await ops.PutAsync(CameraEventType.AlertOpened, ShownOps.Alert("0b", AlertRule.Leak, "door"));
        await Expect(page.Locator("#alerts > li")).ToHaveCountAsync(2);
        await button.ClickAsync();
        await Expect(button).ToHaveAttributeAsync("aria-pressed", "true");

        await ops.PutAsync(CameraEventType.AlertOpened, ShownOps.Alert("0c", AlertRule.Quarantined, "door"));
        await Expect(page.Locator("#alerts > li")).ToHaveCountAsync(3);
        Assert.Equal(["0c: Critical: Blocked, door"], await page.EvaluateAsync<string[]>("() => told.map(n => `${n.tag}: ${n.title}`)"));
        await ops.PutAsync(CameraEventType.AlertResolved, ShownOps.Alert("0c", AlertRule.Quarantined, "door", AlertState.Resolved));
        await page.WaitForFunctionAsync("() => told[0].closed");

        await button.ClickAsync();
        await Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        await ops.PutAsync(CameraEventType.AlertOpened, ShownOps.Alert("0e", AlertRule.Leak, "door"));
        await Expect(page.Locator("#alerts > li")).ToHaveCountAsync(3);
        Assert.Equal(1, await page.EvaluateAsync<int>("() => told.length"));
        Assert.Empty(_complaints);
    }

    private static HistoryItem Ended(int minutesAgo, string reason, string? detail = null) => new(
        $"{minutesAgo:x8}", ShownOps.Time(-60 * minutesAgo - 90), ShownOps.Time(-60 * minutesAgo), 90, reason, detail, "desk-1", minutesAgo, LeaseMode.Exclusive);

    private static ILocator Row(IPage page, string name) =>
        page.Locator("#camera-rows tr").Filter(new() { Has = page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }) });

    private static Task<int> RowsAsync(IPage page) => page.Locator("#camera-rows tr[data-camera]").CountAsync();

    private async Task<IBrowserContext> AdminWindowAsync()
    {
        var window = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } }, Cancel);
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, Web.Address);
        return window;
    }

    private async Task<IPage> OpenAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(new Uri(Web.Address, "/ops").ToString());
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        return page;
    }
}
