using Attendance.Tests.Hosts;
using Attendance.Tests.Nodes;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests the console in a real browser, with two real nodes on a real store.</summary>
[Trait("Suite", "Browser")]
public sealed class ConsoleNodesTests(ChromiumBrowser chromium) : OwnNodes<RedisStore>
{
    /// <summary>Web follows one of the nodes. If that one dies, Web follows the other; if the other dies, the console says so.</summary>
    [Theory]
    [InlineData("one", "two")]
    [InlineData("two", "one")]
    public async Task Both_nodes_are_shown_and_the_console_goes_on_when_either_of_them_dies(string dies, string stays)
    {
        var nodes = await Task.WhenAll(StartAsync("one"), StartAsync("two"));
        await Task.WhenAll(nodes[0].KnowsAsync(nodes[1]), nodes[1].KnowsAsync(nodes[0]));
        var web = new WebServer(
            nodes[0].Address, ("Services:camera-api:http:1", nodes[1].Address.ToString()), ("Security:ApiKey", TestSecrets.ApiKey));
        Owned(web);
        await using var window = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } }, Cancel);
        window.SetDefaultTimeout(30_000);
        await (await web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, web.Address);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(web.Address, "/ops").ToString());

        foreach (var name in (string[])["one", "two"])
        {
            await Expect(Row(page, $"Camera {name}").Locator(".col-node")).ToHaveTextAsync(name);
            await Expect(Alert(page, name)).ToContainTextAsync($"on {name}");
        }

        await Expect(page.Locator("#silent")).ToBeHiddenAsync();
        await nodes[0].AcquireAsync("cam-two", "session_" + Guid.NewGuid().ToString("N"));
        await Expect(Row(page, "Camera two")).ToContainTextAsync("In use");
        await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge Camera missing Ghost two" }).ClickAsync();
        await Expect(Alert(page, "two")).ToContainTextAsync("acknowledged");
        await Expect(page.Locator("#audit-rows tr").First).ToContainTextAsync("two");
        await Row(page, "Camera two").GetByRole(AriaRole.Button, new() { Name = "Release" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByLabel("Why").FillAsync("the hall is closed");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog).GetByText("Camera two is free")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal("forced", await nodes[0].LastReasonAsync("cam-two"));

        var (dying, staying) = dies == "one" ? (nodes[0], nodes[1]) : (nodes[1], nodes[0]);
        await dying.SignalAsync("KILL");
        await Expect(page.Locator("#silent")).ToContainTextAsync($"Node {dies} does not answer", new() { Timeout = 15_000 });
        await Expect(Row(page, $"Camera {dies}")).ToContainTextAsync("No answer");
        await Expect(Alert(page, dies)).ToContainTextAsync("which does not answer: last known");
        await staying.AcquireAsync($"cam-{stays}", "session_" + Guid.NewGuid().ToString("N"));
        await Expect(Row(page, $"Camera {stays}")).ToContainTextAsync("In use");
        await Expect(page.Locator("#silent")).ToContainTextAsync($"Node {dies} is lost", new() { Timeout = 30_000 });
        await Expect(page.Locator("#alerts > li", new() { HasText = "Node lost" })).ToHaveCountAsync(1);
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");

        // A console that is opened now shows the cameras that are left, and that a node is missing.
        await page.ReloadAsync();
        await Expect(page.Locator("#silent")).ToContainTextAsync($"Node {dies} is lost");
        await Expect(page.Locator("#alerts > li", new() { HasText = $"on {dies}, which does not answer: last known" }).Filter(new() { HasText = "Camera missing" }))
            .ToHaveCountAsync(1);
        await Expect(Row(page, $"Camera {dies}")).ToHaveCountAsync(0);

        await StartAsync(dies);
        await Expect(page.Locator("#silent")).ToBeHiddenAsync(new() { Timeout = 15_000 });
        await Expect(Row(page, $"Camera {dies}")).ToContainTextAsync("Available");
    }

    private static ILocator Row(IPage page, string name) =>
        page.Locator("#camera-rows tr").Filter(new() { Has = page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }) });

    private static ILocator Alert(IPage page, string node) => page.Locator("#alerts > li", new() { HasText = $"Ghost {node}" });

    private Task<NodeProcess> StartAsync(string name) => StartNodeAsync(
        Store.ConnectionString, name,
        $"--Cameras:cam-{name}:Source=test-pattern", $"--Cameras:cam-{name}:Name=Camera {name}",
        $"--Cameras:ghost:Source=device:/dev/video-that-is-not-there", $"--Cameras:ghost:Name=Ghost {name}");
}
