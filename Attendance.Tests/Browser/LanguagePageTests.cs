using Attendance.Tests.Accounts;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests in a browser that somebody chooses a language and gets it on every page.</summary>
[Trait("Suite", "Browser")]
public sealed class LanguagePageTests(ChromiumBrowser chromium) : IAsyncLifetime
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
    public async Task Somebody_chooses_German_gets_it_on_every_page_and_chooses_English_again()
    {
        var session = await _site.SessionAsync(await _site.GroupAsync("Klasse 7a", await _site.PersonAsync("Ada Lovelace", "A-1")), TimeSpan.FromMinutes(-1));
        var day = _site.Clock.UtcNow.AddMinutes(-1);
        var admin = await AccountSite.AddAsync(_site.Web, AccountRole.Admin);
        await using var window = await chromium.NewContextAsync(new() { Locale = "de-AT" }, Cancel);
        var page = await window.NewPageAsync();

        await page.GotoAsync(Address("/sign-in"));
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "de-AT"); // as the browser asks
        await ChooseAsync(page, "English", "en");
        await ChooseAsync(page, "Deutsch", "de-AT");
        await page.Locator("input[name='UserName']").FillAsync(admin.UserName!);
        await page.Locator("input[name='Password']").FillAsync(AccountSite.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Planung" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Terminpläne" })).ToBeVisibleAsync();

        await page.GotoAsync(Address("/groups"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Hinzufügen" }).ClickAsync();
        await Expect(page.GetByText("Geben Sie einen Namen ein.")).ToBeVisibleAsync();

        await page.GotoAsync(Address($"/attendance/{session}"));
        await Expect(page.Locator(".page-head")).ToContainTextAsync($"{day:dd.MM.yyyy}, {day:HH:mm} bis {day.AddHours(1):HH:mm}");
        await Expect(page.Locator("tr[data-person] button[tabindex='0']").First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("v"); // the letters of the keys are German ones too
        await Expect(AttendancePages.MarkOf(page, "Ada")).ToHaveTextAsync("Verspätet");
        await Expect(page.Locator("[data-field='by']")).ToHaveTextAsync("Aufruf");
        await page.Keyboard.PressAsync("z");
        await Expect(AttendancePages.MarkOf(page, "Ada")).ToHaveTextAsync("Offen");
        await page.GotoAsync(Address($"/schedules/sessions/{session}"));
        await page.Locator("input[name='Cancelling.Reason']").FillAsync("Feuerprobe");
        var today = await window.NewPageAsync();
        await today.GotoAsync(Address("/attendance"));
        await Expect(today.Locator("[data-field='state']")).ToHaveTextAsync("Läuft");
        await page.GetByRole(AriaRole.Button, new() { Name = "Termin absagen" }).ClickAsync();
        await Expect(today.Locator("[data-field='state']")).ToHaveTextAsync("Abgesagt"); // the stream speaks the language of its page

        await page.GotoAsync(Address($"/attendance/{session}"));
        await ChooseAsync(page, "English", "en");
        await Expect(page.Locator(".page-head")).ToContainTextAsync($"{day:yyyy-MM-dd}, {day:HH:mm} to {day.AddHours(1):HH:mm}");
        await Expect(page.GetByText("This session was cancelled.")).ToBeVisibleAsync();
    }

    private static async Task ChooseAsync(IPage page, string language, string code)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = language, Exact = true }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", code);
    }

    private string Address(string path) => new Uri(_site.Web.Address, path).ToString();
}
