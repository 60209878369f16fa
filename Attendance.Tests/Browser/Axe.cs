using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.Browser;

/// <summary>What axe-core finds on a page (WCAG 2.2 A and AA, and good practice); and what axe does not see: the page is no wider than its window, whatever the direction of its writing.</summary>
internal static class Axe
{
    private static readonly string s_script = new BundledAxeScriptProvider().GetScript();

    /// <summary>In this order. A page is left as the last one shows it.</summary>
    private static readonly (int Width, int Height, ColorScheme Scheme)[] s_views = [(390, 844, ColorScheme.Dark), (1280, 860, ColorScheme.Light)];

    /// <summary>Narrow and dark, then wide and light.</summary>
    /// <param name="shown">What the page shows, for the message.</param>
    /// <param name="isKept">Whether a screenshot of each view is kept, for people to look at.</param>
    public static async Task FindsNothingInAnyViewAsync(IPage page, string shown, bool isKept = false)
    {
        foreach (var (width, height, scheme) in s_views)
        {
            await page.SetViewportSizeAsync(width, height);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var view = $"{shown}, {width} pixels, {scheme}";
            await FindsNothingAsync(page, view);
            await FitsAsync(page, view);
            if (isKept)
            {
                await page.ScreenshotAsync(new() { Path = Repository.PathOf("artifacts/screenshots", $"{view}.png"), FullPage = true });
            }
        }
    }

    private static async Task FindsNothingAsync(IPage page, string shown)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await page.EvaluateAsync(s_script); // half a megabyte, so once for each document
        }

        // Of what is right, axe need not list every element. A page of ours has no frames that axe would have to enter.
        var found = await page.EvaluateAsync<string[]>(
            """
            async () => {
                const { violations } = await axe.run({
                    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
                    resultTypes: ['violations'],
                    elementRef: false,
                    iframes: false,
                });
                return violations.map(({ id, impact, help, nodes }) => [`${id} (${impact}): ${help}`, ...nodes.map(node => node.html)].join('\n  '));
            }
            """);
        Assert.True(found.Length == 0, $"{shown}:\n{string.Join('\n', found)}");
    }

    /// <summary>The page is no wider than its window, also where it is written from right to left.</summary>
    private static async Task FitsAsync(IPage page, string shown)
    {
        var wide = await page.EvaluateAsync<string[]>(
            """
            () => {
                const root = document.documentElement;
                const own = root.dir;
                const wide = [own || 'ltr', 'rtl'].filter(dir => {
                    root.dir = dir;
                    return root.scrollWidth > innerWidth;
                });
                root.dir = own;
                return wide;
            }
            """);
        Assert.True(wide.Length == 0, $"{shown}: the page is wider than its window, written {string.Join(" and ", wide)}.");
    }
}
