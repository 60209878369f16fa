using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests a day of attendance in a browser, with a clock that the test moves.</summary>
[Trait("Suite", "Browser")]
public sealed class RollCallTests(ChromiumBrowser chromium) : IAsyncLifetime
{
    private readonly AttendanceSite _site = new(new Uri("http://127.0.0.1:1"), ("CheckIn:TodayEvery", "00:00:00.5"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _site.Web.StartServer();
        return default;
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_group_and_a_schedule_are_made_a_roll_is_called_by_keyboard_and_a_mark_is_corrected()
    {
        foreach (var (name, number) in ((string, string)[])[("Ada Lovelace", "A-1"), ("Bob Kahn", "B-1"), ("Carl Gauss", "C-1"), ("Dora Maar", "D-1")])
        {
            await _site.PersonAsync(name, number);
        }

        await using var admin = await WindowAsync(AccountRole.Admin);
        var page = await admin.NewPageAsync();
        await AttendancePages.MakeGroupAsync(page, _site.Web.Address, "Class 7a", "Ada", "Bob", "Carl", "Dora");
        await AttendancePages.MakeScheduleAsync(page, _site.Web.Address, "Mathematics", "Class 7a", _site.Clock.UtcNow);

        await using var window = await WindowAsync(AccountRole.Operator);
        page = await window.NewPageAsync();
        await page.GotoAsync(Address("/attendance"));
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await Expect(Field(page, "missing")).ToHaveTextAsync("4");
        var today = await window.NewPageAsync();
        await today.GotoAsync(Address("/attendance"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Mathematics" }).ClickAsync();

        await Expect(page.Locator("tr[data-person] button[tabindex='0']").First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("p"); // Ada, and on to the next one
        await page.Keyboard.PressAsync("l"); // Bob
        await page.Keyboard.PressAsync("a"); // Carl
        await Expect(AttendancePages.MarkOf(page, "Ada")).ToHaveTextAsync("Present");
        await Expect(AttendancePages.MarkOf(page, "Bob")).ToHaveTextAsync("Late");
        await Expect(AttendancePages.MarkOf(page, "Carl")).ToHaveTextAsync("Absent");
        await page.Keyboard.PressAsync("u");
        await Expect(AttendancePages.MarkOf(page, "Carl")).ToHaveTextAsync("Not yet");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("e");
        await Expect(AttendancePages.MarkOf(page, "Bob")).ToHaveTextAsync("Excused");
        await Expect(Field(today, "present")).ToHaveTextAsync("1"); // the page follows without a reload
        await Expect(Field(today, "missing")).ToHaveTextAsync("2");
        Assert.Equal(5, await _site.DbAsync(db => db.CheckIns.CountAsync(Cancel)));
        await page.ReloadAsync();
        await Expect(AttendancePages.MarkOf(page, "Bob")).ToHaveTextAsync("Excused");

        await _site.DbAsync(async db => // whoever comes by a kiosk after the time is late, and who does not is absent
        {
            _site.Clock.Ahead += await db.Sessions.Where(each => each.State == SessionState.Planned).OrderBy(each => each.StartsAt).Select(each => each.StartsAt).FirstAsync(Cancel)
                + TimeSpan.FromMinutes(20) - _site.Clock.UtcNow;
            return true;
        });
        await _site.CheckInAsync(await _site.DbAsync(db => db.People.Where(person => person.Number == "C-1").Select(person => person.Id).SingleAsync(Cancel)));
        await page.ReloadAsync();
        await Expect(AttendancePages.MarkOf(page, "Carl")).ToHaveTextAsync("Late");
        await Expect(AttendancePages.MarkOf(page, "Dora")).ToHaveTextAsync("Not yet");
        _site.Clock.Ahead += TimeSpan.FromMinutes(41);
        await page.ReloadAsync();
        await Expect(AttendancePages.MarkOf(page, "Dora")).ToHaveTextAsync("Absent");

        await AttendancePages.CorrectAsync(page, "Dora Maar", "excused", "Was at the dentist");
        await Expect(AttendancePages.ChangesOf(page)).ToContainTextAsync("Mark corrected, Absent to Excused (“Was at the dentist”)");
        await page.GotoAsync(Address("/attendance"));
        await Expect(Field(page, "excused")).ToHaveTextAsync("2");
        await Expect(Field(page, "missing")).ToHaveTextAsync("0");
    }

    private async Task<IBrowserContext> WindowAsync(AccountRole role)
    {
        var window = await chromium.NewContextAsync(null, Cancel);
        await (await _site.Web.SignInAsync(role)).GiveToAsync(window, _site.Web.Address);
        return window;
    }

    private static ILocator Field(IPage page, string name) => page.Locator($"tr[data-session] [data-field='{name}']");

    private string Address(string path) => new Uri(_site.Web.Address, path).ToString();
}
