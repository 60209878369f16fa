using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

[Trait("Suite", "Browser")]
public sealed class CameraListTests(ChromiumBrowser chromium) : WebTest
{
    [Fact]
    public async Task The_list_follows_the_cameras()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await Expect(page.GetByText("1 camera, 1 available")).ToBeVisibleAsync();

        await Api.HoldByAnotherAsync("demo");
        Api.Proxy.Rewrite<CamerasResponse>("/api/cameras", list => list with
        {
            Cameras = [.. list.Cameras, list.Cameras[0] with { CameraId = "door", Name = "Back door", State = CameraState.Quarantined, LeaseRef = null }],
        });

        await Expect(page.GetByText("In use", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Blocked", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("2 cameras, 0 available")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_name_is_text_whatever_it_holds()
    {
        const string Name = "<img src=x onerror=alert(1)> & \"co\"";
        await UseAsync("--Cameras:demo:Source=test-pattern", $"--Cameras:demo:Name={Name}");
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = Name })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = Name }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Name);
    }

    [Fact]
    public async Task No_cameras_and_no_answer_are_said_in_plain_words()
    {
        await UseAsync();
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No cameras yet" })).ToBeVisibleAsync();

        Api.Proxy.Refuse("GET", "/api/cameras", new Problem(503, ProblemCodes.StoreUnavailable, "The store does not answer.") { RetryAfter = TimeSpan.FromSeconds(1) });
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The record of who uses which camera cannot be reached");

        await Api.GoAwayAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The camera service does not answer");
    }

    private async Task<IPage> OpenAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(Web.Address.ToString());
        return page;
    }
}
