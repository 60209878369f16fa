using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests more windows than a browser has connections to a host: six over HTTP/1.1, and every stream keeps one.</summary>
[Trait("Suite", "Browser")]
public sealed class ManyWindowsTests(ChromiumBrowser chromium) : WebTest
{
    private const int Windows = 8;

    [Fact]
    public async Task More_windows_with_a_camera_than_a_browser_has_connections_all_show_it()
    {
        await UseAsync([.. Enumerable.Range(0, Windows).SelectMany(n => (string[])[$"--Cameras:cam-{n}:Source=test-pattern", $"--Cameras:cam-{n}:Name=Camera {n}", $"--Cameras:cam-{n}:FrameRate=5"])]);
        await using var window = await WindowAsync(chromium);
        for (var n = 0; n < Windows; n++)
        {
            var page = await window.NewPageAsync();
            await page.GotoAsync(new Uri(Web.Address, $"/cameras/cam-{n}").ToString());
            await Expect(page.Locator("#badge")).ToHaveTextAsync("Live", new() { Timeout = 20_000 });
        }

        Assert.Equal(Windows, (await Api.LiveAsync()).Count);
        Assert.InRange(Api.Viewers, 1, 4); // the others see single pictures
        await Expect(window.Pages[^1].Locator("#badge")).ToHaveTextAsync("Live");

        await window.Pages[0].CloseAsync();
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == Windows - 1, "the camera of the window that was closed is free");
    }

    [Fact]
    public async Task A_console_for_which_there_is_no_connection_says_so_and_begins_when_there_is()
    {
        await using var window = await chromium.NewContextAsync(null, Cancel);
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, Web.Address);
        for (var n = 0; n < 4; n++)
        {
            var page = await window.NewPageAsync();
            await page.GotoAsync(new Uri(Web.Address, "/ops").ToString());
            await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        }

        var fifth = await window.NewPageAsync();
        await fifth.GotoAsync(new Uri(Web.Address, "/ops").ToString());
        await Expect(fifth.Locator("#connection")).ToHaveTextAsync("Waiting");
        await Expect(fifth.GetByText("Other windows of this browser show cameras or consoles")).ToBeVisibleAsync();

        await window.Pages[0].CloseAsync();
        await Expect(fifth.Locator("#connection")).ToHaveTextAsync("Live", new() { Timeout = 20_000 });
        await Expect(fifth.GetByText("Other windows of this browser show cameras or consoles")).ToBeHiddenAsync();
    }
}
