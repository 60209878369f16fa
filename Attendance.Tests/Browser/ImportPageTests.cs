using Attendance.Tests.Hosts;
using Attendance.Tests.Import;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>An import as an administrator makes it.</summary>
[Trait("Suite", "Browser")]
public sealed class ImportPageTests(ChromiumBrowser chromium, ImportOnSqlite site) : IClassFixture<ImportOnSqlite>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_chosen_read_looked_at_confirmed_followed_and_reported()
    {
        var group = await site.CheckAsync("Number,Name,Groups\nB1,Ada,B class\nB2,Bob,B class\n"u8.ToArray());
        await site.ConfirmAsync(group);
        await using var window = await chromium.NewContextAsync(null, Cancel);
        await (await site.Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, site.Web.Address);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(site.Web.Address, "/people").ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "Import", Exact = true }).ClickAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "imports");
        await page.GetByRole(AriaRole.Link, new() { Name = "Import people" }).ClickAsync();
        await page.GetByLabel("CSV file").SetInputFilesAsync(new FilePayload { Name = "large.csv", MimeType = "text/csv", Buffer = new byte[1_100_000] });
        await page.GetByRole(AriaRole.Button, new() { Name = "Read the file" }).ClickAsync();
        await Expect(page.GetByText("That is larger than")).ToBeVisibleAsync(); // before it was sent
        await page.GetByLabel("CSV file").SetInputFilesAsync(new FilePayload
        {
            Name = "people.csv", MimeType = "text/csv", Buffer = "Matricule;Full name;Groups\nB1;Ada Lovelace;B class\nB3;שרה כהן;B class|B new\n;Nobody;\n"u8.ToArray(),
        });
        await page.GetByRole(AriaRole.Button, new() { Name = "Read the file" }).ClickAsync();

        await Expect(page.GetByLabel("Separator")).ToHaveValueAsync("semicolon");
        await Expect(page.GetByLabel("Full name")).ToHaveValueAsync("FullName");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what would change" }).ClickAsync();
        await Expect(page.GetByText("Choose the column that has the numbers")).ToBeVisibleAsync();
        await page.GetByLabel("Matricule").SelectOptionAsync("Number");
        await page.GetByLabel("leave the groups that the file names").CheckAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "columns of an import");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what would change" }).ClickAsync();

        await Expect(page.GetByText("Waiting for confirmation")).ToBeVisibleAsync(); // the page follows the dry run by itself
        await Axe.FindsNothingInAnyViewAsync(page, "an import, waiting");
        await page.GetByRole(AriaRole.Link, new() { Name = "Changed 1" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Ada Lovelace" })).ToContainTextAsync("Full name");
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(page.GetByText("Nothing was applied: memberships would end.")).ToBeVisibleAsync();
        await page.GetByLabel("Yes, end this membership").CheckAsync();
        await ClaimAsync(DateTime.UtcNow.AddHours(1)); // so that the import does not begin before the page shows it
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "an import, running");
        await ClaimAsync(null);

        await Expect(page.GetByText("Done", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Enter the employee or student number.")).ToBeVisibleAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "an import, done");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download as CSV" }).ClickAsync());
        Assert.Equal("refused.csv", download.SuggestedFilename);
        await page.GotoAsync(new Uri(site.Web.Address, "/people").ToString());
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "שרה כהן" })).ToBeVisibleAsync();
    }

    private Task<int> ClaimAsync(DateTime? until) => site.DbAsync(db =>
        db.ImportRuns.Where(run => run.EndedAt == null).ExecuteUpdateAsync(run => run.SetProperty(each => each.ClaimedUntil, until), Cancel));
}
