using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Reports;
using Attendance.Web.Data;
using Microsoft.Playwright;
using OpenCvSharp;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests reports in a browser: choosing days, an export that shows how far it is, and what is on paper.</summary>
[Trait("Suite", "Browser")]
public sealed partial class ReportPageTests(ChromiumBrowser chromium) : IAsyncLifetime
{
    private readonly ReportSite _site = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _site.Site.Web.StartServer();
        return default;
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_report_is_chosen_exported_with_its_rows_and_printed_in_black_on_white()
    {
        var session = await ClassAsync(60);
        await using var window = await chromium.NewContextAsync(new() { ColorScheme = ColorScheme.Dark }, Cancel);
        await (await _site.Site.Web.SignInAsync()).GiveToAsync(window, _site.Site.Web.Address);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Address("/reports"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Last 90 days" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Mathematics" })).ToContainTextAsync("50.0 %");
        await page.GetByRole(AriaRole.Link, new() { Name = "By group" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Class 7a" }).ClickAsync();
        await page.GetByLabel("First day").FillAsync($"{session.Day:yyyy-MM-dd}");
        await page.GetByLabel("Last day").FillAsync($"{session.Day:yyyy-MM-dd}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(60);
        await page.GetByRole(AriaRole.Link, new() { Name = "Attended" }).ClickAsync();
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("0.0 %");
        Assert.DoesNotContain("Person", page.Url, StringComparison.Ordinal);

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "CSV", Exact = true }).ClickAsync());
        Assert.Equal($"attendance-group-{session.Day:yyyy-MM-dd}-to-{session.Day:yyyy-MM-dd}.csv", download.SuggestedFilename);
        Assert.Equal(61, (await File.ReadAllLinesAsync((await download.PathAsync())!, Cancel)).Length);
        await Expect(page.Locator(".export-state")).ToContainTextAsync("Exported: 60 rows");

        await page.RouteAsync("**/api/reports/group/xlsx**", route => route.AbortAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "XLSX" }).ClickAsync();
        await Expect(page.Locator(".export-state")).ToContainTextAsync("broke off, so no file was saved");

        await AssertOnPaperAsync(page, "group");
        await page.GotoAsync(Address($"/attendance/{session.Id}"));
        await AssertOnPaperAsync(page, "sheet");
    }

    /// <summary>What is printed has only what belongs on paper, is black on white, and repeats the head of its table on each page.</summary>
    private static async Task AssertOnPaperAsync(IPage page, string name)
    {
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        foreach (var screenOnly in (string[])[".menu", ".foot", ".range", ".exports", ".call", "[data-print]"])
        {
            foreach (var each in await page.Locator(screenOnly).AllAsync())
            {
                await Expect(each).ToBeHiddenAsync();
            }
        }

        Assert.Equal("table-header-group", await page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('thead')).display"));
        Assert.Equal(["rgb(0, 0, 0)"], await page.EvaluateAsync<string[]>("() => [...new Set([...document.querySelectorAll('main :is(h1, p, th, td, td span, th a)')].filter(each => each.getClientRects().length).map(each => getComputedStyle(each).color))]"));
        using (var seen = Cv2.ImDecode(await page.ScreenshotAsync(new() { FullPage = true, Path = KeptAs($"{name}.png") }), ImreadModes.Grayscale))
        {
            Assert.True(Cv2.Mean(seen).Val0 > 230, "The paper is not white.");
        }

        await page.EmulateMediaAsync(new() { Media = Media.Null });
        var pdf = Encoding.Latin1.GetString(await page.PdfAsync(new() { PreferCSSPageSize = true, PrintBackground = true, Path = KeptAs($"{name}.pdf") }));
        Assert.InRange(Page().Count(pdf), 2, 4); // sixty people
        Assert.All(MediaBox().Matches(pdf), box => Assert.Equal((595, 842), (Points(box, 1), Points(box, 2)))); // A4

        static int Points(Match box, int side) => (int)Math.Round(double.Parse(box.Groups[side].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>Where what is printed is kept for people to look at, if the environment names a folder.</summary>
    private static string? KeptAs(string name) => Environment.GetEnvironmentVariable("ATTENDANCE_KEEP_PRINTS") is { Length: > 0 } folder ? Path.Combine(folder, name) : null;

    [GeneratedRegex(@"/Type /Page\b")]
    private static partial Regex Page();

    [GeneratedRegex(@"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]")]
    private static partial Regex MediaBox();

    private async Task<Session> ClassAsync(int people)
    {
        var members = new List<Guid>();
        for (var i = 0; i < people; i++)
        {
            members.Add(await _site.Site.PersonAsync($"Person {i:00}", $"{i:000}"));
        }

        var group = await _site.GroupAsync("Class 7a", [.. members]);
        var session = await _site.SessionAsync(group, "Mathematics", DateOnly.FromDateTime(_site.Now).AddDays(-7), new(9, 0), TimeSpan.FromHours(1));
        foreach (var member in members.Where((_, i) => i % 2 == 0))
        {
            await _site.ComesAsync(session, member, TimeSpan.Zero);
        }

        return session;
    }

    private string Address(string path) => new Uri(_site.Site.Web.Address, path).ToString();
}
