using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>The menu of an administrator, who sees every entry.</summary>
[Trait("Suite", "Browser")]
public sealed class MenuTests(ChromiumBrowser chromium) : WebTest
{
    private static readonly string[] s_folds = ["Planning", "Devices", "Administration"];

    [Fact]
    public async Task The_menu_of_an_administrator_is_one_line_on_a_desktop()
    {
        await using var window = await AdminAsync(new() { ViewportSize = new() { Width = 1280, Height = 860 } });
        var page = await OpenAsync(window, "/groups");

        var lines = await page.EvaluateAsync<int>("() => new Set([...document.querySelectorAll('.menu > a, .fold > button')].map(each => Math.round(each.getBoundingClientRect().top))).size");

        Assert.Equal(1, lines);
    }

    [Fact]
    public async Task Entries_are_reached_by_keyboard_and_Escape_closes_them()
    {
        await using var window = await AdminAsync(null);
        var page = await OpenAsync(window, "/attendance");
        var fold = page.GetByRole(AriaRole.Button, new() { Name = "Administration" });
        await fold.FocusAsync();

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Accounts" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Accounts" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Accounts" })).ToBeHiddenAsync();
        await Expect(fold).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Rights");
        await fold.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Rights", Exact = true })).ToHaveAttributeAsync("aria-current", "page");
    }

    [Fact]
    public async Task Entries_are_reached_without_JavaScript()
    {
        await using var window = await AdminAsync(new() { JavaScriptEnabled = false });
        var page = await OpenAsync(window, "/attendance");

        await page.GetByRole(AriaRole.Button, new() { Name = "Planning" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Notifications" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Notifications");
    }

    [Theory]
    [InlineData("ltr")]
    [InlineData("rtl")]
    public async Task What_unfolds_is_within_the_window_beside_its_button_and_axe_finds_nothing(string direction)
    {
        await using var window = await AdminAsync(null);
        var page = await OpenAsync(window, "/attendance");
        foreach (var name in s_folds)
        {
            await page.EvaluateAsync("direction => document.documentElement.dir = direction", direction);
            await page.GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
            await Axe.FindsNothingInAnyViewAsync(page, $"menu, {name}, {direction}", isKept: true);
            foreach (var width in (int[])[390, 1280])
            {
                await page.SetViewportSizeAsync(width, 860);
                var apart = await page.EvaluateAsync<string?>(
                    """
                    () => {
                        const open = document.querySelector('.fold > :popover-open');
                        const [panel, button] = [open.getBoundingClientRect(), open.previousElementSibling.getBoundingClientRect()];
                        const isBeside = panel.top >= button.bottom && panel.top < button.bottom + 20 && panel.left < button.right && panel.right > button.left;
                        return isBeside && panel.left >= 0 && panel.right <= innerWidth ? null : JSON.stringify([panel, button]);
                    }
                    """);
                Assert.True(apart is null, $"{name}, {width}: {apart}");
            }

            await page.Keyboard.PressAsync("Escape");
        }
    }

    private async Task<IBrowserContext> AdminAsync(BrowserNewContextOptions? options)
    {
        var window = await chromium.NewContextAsync(options, Cancel);
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(window, Web.Address);
        return window;
    }

    private async Task<IPage> OpenAsync(IBrowserContext window, string path)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Web.Address, path).ToString());
        return page;
    }
}
