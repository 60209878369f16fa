using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Web.CheckIn;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.CheckIn.Phones;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests a person's own phone, from the operator's page to a QR code that a kiosk reads off its screen.</summary>
[Trait("Suite", "Browser")]
public sealed class MyCodePageTests(ChromiumBrowser chromium) : IAsyncLifetime
{
    private readonly AttendanceSite _site = new(new Uri("http://127.0.0.1:1"), ("Accounts:AttemptsPerMinute", "1000"));
    private Guid _ada;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site.Web.StartServer();
        _ada = await _site.PersonAsync("Ada Lovelace", "A-1");
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_phone_is_set_up_by_a_link_shows_a_code_that_changes_and_shows_none_once_it_is_revoked()
    {
        await using var desk = await chromium.NewContextAsync(null, Cancel);
        await (await _site.Web.SignInAsync(AccountRole.Operator)).GiveToAsync(desk, _site.Web.Address);
        var codes = await desk.NewPageAsync();
        await codes.GotoAsync(Address($"/people/{_ada}/codes"));
        await codes.GetByRole(AriaRole.Button, new() { Name = "Set up a phone" }).ClickAsync();
        var link = await AttendancePages.ReadQrAsync(codes.GetByRole(AriaRole.Img, new() { Name = "Link for the person’s phone" }));
        Assert.Equal($"{Address("/my-code/setup")}#{await codes.Locator("#phone-code").TextContentAsync()}", link);

        await using var phone = await chromium.NewContextAsync(null, Cancel);
        var page = await phone.NewPageAsync();
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url);
        await page.Clock.InstallAsync();
        await page.GotoAsync(link!);
        await Expect(page.GetByLabel("One-time code")).Not.ToBeEmptyAsync();
        Assert.Equal(Address("/my-code/setup"), page.Url); // the code is not in the phone's history
        await Axe.FindsNothingInAnyViewAsync(page, "setting up a phone", isKept: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this phone" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(Address("/my-code"));
        Assert.DoesNotContain(asked, address => address.Contains(link!.Split('#')[1], StringComparison.Ordinal));

        var picture = page.GetByRole(AriaRole.Img, new() { Name = "Your QR code" });
        await Expect(picture).ToBeVisibleAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Ada");
        Assert.DoesNotContain("Lovelace", await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal(_ada, (await EvidenceAsync(picture))?.PersonId);
        await Axe.FindsNothingInAnyViewAsync(page, "the code on a phone", isKept: true);

        await phone.SetOfflineAsync(true);
        await page.Clock.RunForAsync(31_000);
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no code now");
        await Expect(picture).ToBeHiddenAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "a phone without a network", isKept: true);
        _site.Clock.Ahead += TimeSpan.FromSeconds(41);
        await phone.SetOfflineAsync(false);
        await page.Clock.RunForAsync(3_500);
        await Expect(picture).ToBeVisibleAsync();
        Assert.Equal(_ada, (await EvidenceAsync(picture))?.PersonId); // the next one: that of before is too old by now

        await codes.GotoAsync(Address($"/people/{_ada}/codes"));
        await Axe.FindsNothingInAnyViewAsync(codes, "the operator's page", isKept: true);
        await codes.GetByRole(AriaRole.Button, new() { Name = "Revoke this phone" }).ClickAsync();
        await Expect(codes.GetByText("No phone is set up")).ToBeVisibleAsync();
        Assert.Null(await EvidenceAsync(picture));
        await page.Clock.RunForAsync(31_000);
        await Expect(page).ToHaveURLAsync(Address("/my-code/setup"));
    }

    [Fact]
    public async Task A_phone_can_do_nothing_else()
    {
        var code = Assert.IsType<PhoneIssue.Issued>(await _site.WithAsync<PhoneStore, PhoneIssue>(
            phones => phones.IssueAsync(_ada, AttendanceSite.Account, Cancel))).Code;
        await using var phone = await chromium.NewContextAsync(null, Cancel);
        var page = await phone.NewPageAsync();
        await page.GotoAsync(Address("/my-code")); // leads there
        await page.GetByLabel("One-time code").FillAsync("not one");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this phone" }).ClickAsync();
        await Expect(page.GetByText("This code is not valid")).ToBeVisibleAsync();
        await page.GetByLabel("One-time code").FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this phone" }).ClickAsync();
        await Expect(page.Locator("#picture")).ToBeVisibleAsync();

        foreach (var path in (string[])["/people", $"/people/{_ada}", "/attendance", "/kiosk", "/"])
        {
            await page.GotoAsync(Address(path));
            Assert.True(page.Url.Contains("/sign-in", StringComparison.Ordinal) || page.Url.EndsWith("/kiosk/setup", StringComparison.Ordinal), $"{path}: {page.Url}");
        }

        foreach (var path in (string[])["/api/cameras", "/api/kiosk/status", $"/api/people/{_ada}/shots"])
        {
            var answer = await phone.APIRequest.GetAsync(Address(path));
            Assert.True(answer.Status == 401, $"{path}: {answer.Status}");
        }

        var again = await phone.NewPageAsync();
        await again.GotoAsync(Address("/my-code/setup"));
        await again.GetByLabel("One-time code").FillAsync(code);
        await again.GetByRole(AriaRole.Button, new() { Name = "Use this phone" }).ClickAsync();
        await Expect(again.GetByText("This code is not valid")).ToBeVisibleAsync(); // the code works only once
    }

    private async Task<QrEvidence?> EvidenceAsync(ILocator picture) => await AttendancePages.ReadQrAsync(picture) is { } text
        ? await _site.WithAsync<QrCodes, QrEvidence?>(codes => codes.EvidenceAsync(text, Cancel))
        : null;

    private string Address(string path) => new Uri(_site.Web.Address, path).ToString();
}
