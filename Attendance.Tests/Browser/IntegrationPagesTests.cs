using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>The pages on which an administrator lets other programs in.</summary>
[Trait("Suite", "Browser")]
public sealed class IntegrationPagesTests(ChromiumBrowser chromium) : WebTest
{
    [Fact]
    public async Task An_administrator_makes_a_token_and_a_webhook_and_sees_their_secrets_once()
    {
        await using var window = await chromium.NewContextAsync(null, Cancel);
        var page = await OpenAsync(window, "/accounts");
        await page.GetByRole(AriaRole.Button, new() { Name = "Administration" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Integrations" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make token" }).ClickAsync();
        await Expect(page.GetByText("Enter a name.")).ToBeVisibleAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Payroll");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make token" }).ClickAsync();
        await Expect(page.GetByText("Choose at least one.")).ToBeVisibleAsync();
        await MakeTokenAsync(page, "Payroll");
        await Expect(page.Locator("#token")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^att_[0-9A-Za-z]{46}$"));
        await page.GotoAsync(Address("/api-tokens"));
        await Expect(page.Locator("#token")).ToHaveCountAsync(0);
        await page.GetByLabel("Revoke Payroll", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, revoke Payroll" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No tokens yet" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Webhooks" }).ClickAsync();
        await AddWebhookAsync(page, "Door lights");
        await Expect(page.Locator("#secret")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^whsec_"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch Door lights off" }).ClickAsync();
        await Expect(page.Locator(".badge")).ToHaveTextAsync("Off");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a test to Door lights" }).ClickAsync();
        await Expect(page.GetByText("This webhook is off. Switch it on first.")).ToBeVisibleAsync();
        await page.GetByLabel("Remove Door lights", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, remove Door lights" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No webhooks yet" })).ToBeVisibleAsync();
    }

    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 860, ColorScheme.Light)]
    [InlineData("desktop", 1280, 860, ColorScheme.Dark)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    public async Task Screenshots_of_both(string device, int width, int height, ColorScheme scheme)
    {
        await using var window = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme }, Cancel);
        var page = await OpenAsync(window, "/api-tokens");
        await MakeTokenAsync(page, "Payroll");
        await ShootAsync("api-tokens-made");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make token" }).ClickAsync();
        await ShootAsync("api-tokens-refused");
        await page.GotoAsync(Address("/webhooks"));
        await AddWebhookAsync(page, "Door lights");
        await ShootAsync("webhooks-added");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a test to Door lights" }).ClickAsync();
        await Eventually.TrueAsync(async () =>
        {
            await page.GotoAsync(Address("/webhooks?done=test"));
            return await page.GetByText("Failing since").IsVisibleAsync();
        }, "the test has failed");
        await page.GetByText("Last deliveries").ClickAsync();
        await ShootAsync("webhooks-failing");

        Task ShootAsync(string name) => Screenshots.ShootAsync(page, $"{name}-{device}-{scheme}");
    }

    private async Task<IPage> OpenAsync(IBrowserContext window, string address)
    {
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, Web.Address);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Address(address));
        return page;
    }

    private static async Task MakeTokenAsync(IPage page, string name)
    {
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.GetByLabel("people:read").CheckAsync();
        await page.GetByLabel("marks:read").CheckAsync();
        await page.GetByLabel("Expires after").SelectOptionAsync("30 days");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make token" }).ClickAsync();
    }

    private static async Task AddWebhookAsync(IPage page, string name)
    {
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.GetByLabel("Address", new() { Exact = true }).FillAsync("http://127.0.0.1:1/hook?key=secret");
        await page.GetByLabel("mark.changed").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add webhook" }).ClickAsync();
    }

    private string Address(string path) => new Uri(Web.Address, path).ToString();
}
