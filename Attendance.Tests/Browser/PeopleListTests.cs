using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

[Trait("Suite", "Browser")]
public sealed class PeopleListTests(ChromiumBrowser chromium) : WebTest
{
    [Fact]
    public async Task Back_after_a_search_shows_the_result_again()
    {
        await using (var scope = Web.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
            foreach (var (name, number) in ((string, string)[])[("Ada Lovelace", "A-1"), ("Grace Hopper", "A-2")])
            {
                var person = new Person { CreatedAt = DateTime.UtcNow };
                person.Describe(name, number, null, DateTime.UtcNow);
                db.People.Add(person);
            }

            await db.SaveChangesAsync(Cancel);
        }

        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Web.Address, "/people").ToString());
        await page.GetByLabel("Name or number").FillAsync("lovelace");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Ada Lovelace" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Ada Lovelace");

        await page.GoBackAsync(new() { WaitUntil = WaitUntilState.Commit }); // a page out of the browser's memory has no load event

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Ada Lovelace" })).ToBeVisibleAsync();
        await Expect(page.GetByText("Grace Hopper")).ToHaveCountAsync(0);
        Assert.DoesNotContain("lovelace", page.Url, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task How_long_a_camera_is_in_use_goes_by_the_servers_clock()
    {
        await Api.HoldByAnotherAsync("demo");
        var since = DateTime.UtcNow.AddSeconds(-150);
        Api.Proxy.Rewrite<CamerasResponse>("/api/cameras", list => list with { Cameras = [.. list.Cameras.Select(camera => camera with { HeldSince = since })] });
        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        await page.AddInitScriptAsync("const real = Date.now; const ahead = 3 * 3600e3; Date.now = () => real() + ahead; const Real = Date;"
            + "window.Date = class extends Real { constructor(...of) { of.length ? super(...of) : super(real() + ahead); } static now() { return real() + ahead; } };");
        await page.GotoAsync(Web.Address.ToString());

        await Expect(page.GetByText("Somebody is using it now. For 2 min.")).ToBeVisibleAsync();
    }
}
