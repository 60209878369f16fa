using Microsoft.Playwright;

namespace Attendance.Tests.Browser;

internal static class ShownPages
{
    /// <summary>Waits until the page shows another picture of its camera.</summary>
    public static async Task MovesAsync(this IPage page)
    {
        var before = await page.EvaluateAsync<string>("() => document.getElementById('picture').toDataURL()");
        await page.WaitForFunctionAsync("before => document.getElementById('picture').toDataURL() !== before", before);
    }
}
