using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(ChromiumBrowser))]

namespace Attendance.Tests.Hosts;

/// <summary>
/// One installed Chromium for all browser tests, started by the first that needs it. Nothing is downloaded: where there
/// is none, the tests are skipped and say how to get one.
/// </summary>
public sealed class ChromiumBrowser : IAsyncLifetime
{
    /// <summary>Milliseconds. A busy machine is no failure: the fault suite holds pages to their bounds.</summary>
    private const float Patience = 20_000;

    /// <summary>Names another executable.</summary>
    private const string PathVariable = "CHROMIUM_PATH";

    private static readonly string[] s_places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium",
         @"C:\Program Files\Google\Chrome\Application\chrome.exe", @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
         "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    internal const string FakeDevice = "--use-fake-device-for-media-stream", FakeConsent = "--use-fake-ui-for-media-stream";

    internal static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--allow-loopback-in-peer-connection"];

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        return default;
    }

    /// <summary>A window of its own, with its own storage. The caller disposes of it.</summary>
    public async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions? options, CancellationToken cancellationToken)
    {
        var browser = await StartedAsync(cancellationToken);
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return context;
    }

    /// <summary>A browser of its own. The caller disposes of it.</summary>
    /// <param name="device">What its fake camera is like, in the words of Chromium's switch.</param>
    /// <param name="consent">Whether every page may use it without being asked.</param>
    public async Task<IBrowser> LaunchAsync(
        CancellationToken cancellationToken, string device = "", bool consent = true, params string[] arguments)
    {
        var executable = Executable();
        await _starting.WaitAsync(cancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
        }
        finally
        {
            _starting.Release();
        }

        string[] camera = [device.Length > 0 ? $"{FakeDevice}={device}" : FakeDevice, .. consent ? new[] { FakeConsent } : []];
        return await LaunchAsync(_playwright, executable, [.. camera, .. arguments]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }

    internal static string Executable()
    {
        var executable = Environment.GetEnvironmentVariable(PathVariable) ?? s_places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(executable is null,
            $"Chromium is not installed. Install it (Debian, Ubuntu: sudo apt-get install chromium) or name it in {PathVariable}.");
        return executable!;
    }

    private async Task<IBrowser> StartedAsync(CancellationToken cancellationToken)
    {
        var executable = Executable();
        await _starting.WaitAsync(cancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await LaunchAsync(_playwright, executable, [FakeDevice, FakeConsent]);
        }
        finally
        {
            _starting.Release();
        }
    }

    private static Task<IBrowser> LaunchAsync(IPlaywright playwright, string executable, string[] arguments) =>
        playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = executable,
            Args = [.. Arguments, .. arguments],
            IgnoreDefaultArgs = ["--disable-back-forward-cache"],
        });
}
