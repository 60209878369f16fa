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

        Api.Cameras = [FakeCameraApi.Camera("demo", "Reception desk", "held"), FakeCameraApi.Camera("door", "Back door", "quarantined")];

        await Expect(page.GetByText("In use", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Blocked", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("2 cameras, 0 available")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_name_is_text_whatever_it_holds()
    {
        const string Name = "<img src=x onerror=alert(1)> & \"co\"";
        Api.Cameras = [FakeCameraApi.Camera("demo", Name, "available")];
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = Name })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = Name }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Name);
    }

    [Fact]
    public async Task No_cameras_and_no_answer_are_said_in_plain_words()
    {
        Api.Cameras = [];
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No cameras yet" })).ToBeVisibleAsync();

        Api.Refusals["*"] = new(503, "store_unavailable", 1);
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The record of who uses which camera cannot be reached");

        await Api.DisposeAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The camera service does not answer");
    }

    private async Task<IPage> OpenAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(Web.Address.ToString());
        return page;
    }
}
