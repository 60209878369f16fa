using System.Text.Json;
using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>A device that was set up as a kiosk. The test decides what its camera sees.</summary>
internal sealed class KioskDevice : IAsyncDisposable
{
    private const string Frames = "/api/kiosk/frames";

    /// <summary>Keeps the last frame that the page has sent, for somebody who sends it again.</summary>
    private const string KeepLastFrame =
        $$"""
        const realFetch = window.realFetch = window.fetch;
        window.fetch = (address, request) => {
            if (String(address).endsWith('{{Frames}}')) window.lastFrame = request;
            return realFetch(address, request);
        };
        """;

    private readonly IBrowserContext _window;

    private KioskDevice(IBrowserContext window, IPage page) => (_window, Page) = (window, page);

    public IPage Page { get; }

    public ILocator Words => Page.Locator("#words");

    public ILocator Detail => Page.Locator("#detail");

    /// <param name="pictures">What can be shown to the camera, by name. More may be added later.</param>
    public static async Task<KioskDevice> SetUpAsync(
        ChromiumBrowser chromium, Uri web, string code, IReadOnlyDictionary<string, byte[]> pictures, CancellationToken cancellationToken)
    {
        var address = new Uri(web, "/kiosk").ToString();
        var window = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 800, Height = 1000 } }, cancellationToken);
        await window.AddInitScriptAsync(ShownPortraits.Script);
        await window.AddInitScriptAsync(KeepLastFrame);
        await window.RouteAsync("**/portraits/*", route => route.FulfillAsync(new() { ContentType = "image/jpeg", BodyBytes = pictures[new Uri(route.Request.Url).Segments[^1]] }));
        var page = await window.NewPageAsync();
        await page.GotoAsync(address);
        await page.GetByLabel("One-time code").FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = "Set up" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(address);
        return new(window, page);
    }

    /// <param name="picture">The name of the picture, or nothing for nobody.</param>
    public Task ShowAsync(string picture) => Page.EvaluateAsync("picture => show(picture)", picture);

    /// <summary>Shows a picture until the server has looked at it.</summary>
    public async Task ShowUntilSeenAsync(string picture)
    {
        await ShowAsync(picture);
        for (var i = 0; i < 2; i++) // the first may be of a frame before
        {
            await Page.WaitForResponseAsync(answer => answer.Ok && answer.Url.EndsWith(Frames, StringComparison.Ordinal));
        }
    }

    public Task SaysAsync(string words) => Expect(Words).ToHaveTextAsync(words, new() { Timeout = 30_000 });

    /// <summary>Waits until the kiosk asks for a turn of the head.</summary>
    /// <returns>Whether to the left.</returns>
    public async Task<bool> AskedForLeftAsync(int step)
    {
        await Expect(Detail).ToHaveTextAsync($"Step {step}", new() { Timeout = 30_000 });
        var words = await Words.InnerTextAsync();
        Assert.StartsWith("Turn your head to your ", words, StringComparison.Ordinal);
        return words.EndsWith("left", StringComparison.Ordinal);
    }

    public async Task EnterCodeAsync(string number, string code)
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = "Use my code" }).ClickAsync();
        await Page.GetByLabel("Your number").FillAsync(number);
        await Page.GetByLabel("Your code").FillAsync(code);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Check in" }).ClickAsync();
    }

    /// <summary>Sends the last frame again, as it was.</summary>
    public async Task<(int Status, JsonElement Answer)> SendLastFrameAgainAsync()
    {
        var answer = await Page.EvaluateAsync<JsonElement>(
            $$"""
            async () => {
                const { signal, ...request } = lastFrame;
                const answer = await realFetch('{{Frames}}', request);
                return { status: answer.status, body: await answer.json() };
            }
            """);
        return (answer.GetProperty("status").GetInt32(), answer.GetProperty("body"));
    }

    public ValueTask DisposeAsync() => _window.DisposeAsync();
}
