using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests the page's side of presence: the socket that keeps its leases, and its renewals without one.</summary>
[Trait("Suite", "Browser")]
public sealed class PresenceTests(ChromiumBrowser chromium) : WebTest
{
    [Fact]
    public async Task While_the_socket_is_open_the_page_renews_nothing_itself()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);

        await Eventually.TrueAsync(() => Api.Presence.Renewals > 1, "the server has renewed twice");

        Assert.Equal(0, Renewals());
        Assert.False(Api.Presence.Heard[0].Hidden);
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
    }

    [Fact]
    public async Task Where_sockets_are_blocked_the_page_renews_by_HTTP_and_goes_back_when_they_are_not()
    {
        Api.Presence.IsBlocked = true;
        await using var window = await WindowAsync(chromium);
        await OpenAsync(window);
        await Eventually.TrueAsync(() => Renewals() > 1, "the page renews by HTTP");

        Api.Presence.IsBlocked = false;
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, TimeSpan.FromSeconds(20), "the socket is open");
        await Eventually.TrueAsync(() => Api.Presence.Renewals > 0, "the server renews");
        var renewals = Renewals();
        var rounds = Api.Presence.Renewals;
        await Eventually.TrueAsync(() => Api.Presence.Renewals > rounds, "the server goes on renewing");

        Assert.Equal(renewals, Renewals());
    }

    [Fact]
    public async Task A_socket_that_is_cut_is_opened_again_at_once()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, "the socket is open");

        Api.Presence.Cut();

        await Eventually.TrueAsync(() => Api.Presence is { Accepted: 2, Open: 1 }, TimeSpan.FromSeconds(2), "it is open again, within the server's grace");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        Assert.Single(await Api.LiveAsync());
    }

    [Fact]
    public async Task A_lease_that_ended_while_the_socket_was_cut_is_not_taken_for_ours()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, "the socket is open");
        Api.Presence.IsBlocked = true;
        Api.Proxy.Break("PUT", "/api/leases/*");
        Api.Presence.Cut();
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "the server has waited for it, and has given up");
        Api.Proxy.Pass("PUT", "/api/leases/*");

        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The connection to this page was lost");
    }

    [Fact]
    public async Task A_lease_that_nobody_confirms_is_not_taken_for_ours_beyond_its_deadline()
    {
        Api.Presence.IsBlocked = true;
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);

        Api.Proxy.Hold("PUT", "/api/leases/*", new TaskCompletionSource().Task); // neither answered nor refused, as on a network that is cut

        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The camera was not asked for in time", new() { Timeout = 30_000 });
    }

    [Fact]
    public async Task The_server_is_told_when_the_page_is_hidden_and_when_nothing_is_held_any_more()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, "the socket is open");

        await page.EvaluateAsync(
            """
            () => {
                Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
                document.dispatchEvent(new Event('visibilitychange'));
            }
            """);
        await Eventually.TrueAsync(() => Api.Presence.Heard.Any(heard => heard.Hidden == true), "the server knows");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();

        await Eventually.TrueAsync(() => Api.Presence.Open == 0 && Api.Presence.HeardOf("bye") == 1, "the page says goodbye");
    }

    [Fact]
    public async Task All_sessions_of_a_page_share_one_socket_and_one_goodbye()
    {
        await UseAsync([.. CameraApis.Usual, "--Cameras:door:Source=test-pattern", "--Cameras:door:Name=Back door"]);
        await using var window = await WindowAsync(chromium);
        var page = await OpenModuleAsync(window);
        await page.EvaluateAsync(
            """
            async () => {
                const { CameraSession } = await import('/js/camera/camera-session.js');
                window.sessions = ['demo', 'door'].map(cameraId => new CameraSession({ cameraId }));
                await Promise.all(sessions.map(session => session.start()));
            }
            """);
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 2 && Api.Presence.Open == 1, "both are held, by one socket");
        Assert.Single((await Api.LiveAsync()).Select(lease => lease.SessionId).Distinct());

        await page.EvaluateAsync("() => sessions[0].dispose()");
        await Eventually.TrueAsync(async () => await Api.LiveAsync() is [{ CameraId: "door" }], "one is given back, and the other is kept");
        Assert.Equal(1, Api.Presence.Open);
        await page.EvaluateAsync("async () => { const { CameraSession } = await import('/js/camera/camera-session.js'); await new CameraSession({ cameraId: 'demo' }).start(); }");
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 2, "both are held again");

        await page.CloseAsync();

        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "both are given back");
        Assert.Single(Api.Cleanups);
    }

    [Fact]
    public async Task A_lease_that_nobody_on_the_page_holds_is_given_back()
    {
        await UseAsync([.. CameraApis.Usual, "--Cameras:door:Source=test-pattern", "--Cameras:door:Name=Back door"]);
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, "the socket is open");
        var session = Assert.Single(await Api.LiveAsync()).SessionId;

        // Granted to a page that did not get the answer: the server would renew it for as long as the page lives.
        await page.EvaluateAsync(
            "session => fetch('/api/leases', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ session_id: session, camera_id: 'door' }) })",
            session);

        await Eventually.TrueAsync(async () => await Api.LiveAsync() is [{ CameraId: "demo" }], "it is given back, and the other is kept");
    }

    private int Renewals() => Api.Requests.Count(sent => sent.Method == "PUT");

    private async Task<IPage> OpenAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Web.Address, "/cameras/demo").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        return page;
    }

    /// <summary>Opens an empty page of this origin.</summary>
    private async Task<IPage> OpenModuleAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Web.Address, "/nothing").ToString());
        return page;
    }
}
