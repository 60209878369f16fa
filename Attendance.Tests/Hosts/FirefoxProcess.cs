using System.Text.Json;
using System.Text.Json.Nodes;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Hosts;

/// <summary>An installed Firefox with a profile of its own, driven by WebDriver BiDi. Its camera is Firefox's fake one, which every page may use.</summary>
internal sealed class FirefoxProcess : IAsyncDisposable
{
    private const string PathVariable = "FIREFOX_PATH";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly string[] s_places = ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox", @"C:\Program Files\Mozilla Firefox\firefox.exe"];

    /// <summary>A fake camera without a question, WebRTC on loopback, and nothing that Firefox does by itself in the network.</summary>
    private const string Preferences = """
        user_pref("media.navigator.streams.fake", true);
        user_pref("media.navigator.permission.disabled", true);
        user_pref("media.peerconnection.ice.loopback", true);
        user_pref("media.peerconnection.ice.obfuscate_host_addresses", false);
        user_pref("app.update.enabled", false);
        user_pref("browser.shell.checkDefaultBrowser", false);
        user_pref("datareporting.policy.dataSubmissionEnabled", false);
        user_pref("toolkit.telemetry.enabled", false);
        user_pref("network.captive-portal-service.enabled", false);
        user_pref("network.connectivity-service.enabled", false);
        user_pref("network.proxy.type", 0);
        user_pref("services.settings.server", "data:,");
        user_pref("extensions.update.enabled", false);
        user_pref("browser.safebrowsing.downloads.remote.enabled", false);
        """;

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("attendance-firefox-");
    private readonly BrowserControl _control = new("Firefox");
    private ServerProcess? _process;
    private bool _isDisposed;

    public static async Task<FirefoxProcess> StartAsync(CancellationToken cancellationToken)
    {
        var firefox = new FirefoxProcess();
        try
        {
            await firefox.LaunchAsync(cancellationToken);
            return firefox;
        }
        catch
        {
            await firefox.DisposeAsync();
            throw;
        }
    }

    public async Task GiveAsync(SignIn signIn, Uri site) => await SendAsync("storage.setCookie", new()
    {
        ["cookie"] = new JsonObject
        {
            ["name"] = SignIn.CookieName, ["value"] = new JsonObject { ["type"] = "string", ["value"] = signIn.Value }, ["domain"] = site.Host, ["path"] = "/",
        },
    });

    public async Task<FirefoxPage> OpenAsync(Uri address)
    {
        var context = (await SendAsync("browsingContext.create", new() { ["type"] = "window" })).GetProperty("context").GetString()!;
        await SendAsync("browsingContext.navigate", new() { ["context"] = context, ["url"] = address.ToString(), ["wait"] = "complete" });
        return new FirefoxPage(this, context);
    }

    public Task<JsonElement> SendAsync(string method, JsonObject parameters) => _control.SendAsync(new() { ["method"] = method, ["params"] = parameters });

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return; // a test may end it sooner
        }

        _isDisposed = true;
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await _control.DisposeAsync();
        await BrowserControl.DeleteAsync(_data);
    }

    private static string Executable()
    {
        var executable = Environment.GetEnvironmentVariable(PathVariable) ?? s_places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(executable is null, $"Firefox is not installed. Install it (Debian: sudo apt-get install firefox-esr) or name it in {PathVariable}.");
        return executable!;
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(_data.FullName, "user.js"), Preferences, cancellationToken);
        _process = ServerProcess.Start(
            Executable(), ["--headless", "--no-remote", "--new-instance", "--profile", _data.FullName, "--remote-debugging-port=0", "about:blank"],
            new Dictionary<string, string> { ["HOME"] = _data.FullName, ["MOZ_CRASHREPORTER_DISABLE"] = "1" });
        var file = Path.Combine(_data.FullName, "WebDriverBiDiServer.json");
        JsonElement told = default;
        await _process.ReadyAsync(async () => File.Exists(file) && TryParse(await File.ReadAllTextAsync(file, cancellationToken), out told), s_patience, "Firefox listens");
        await _control.ConnectAsync(new Uri($"ws://127.0.0.1:{told.GetProperty("ws_port").GetInt32()}/session"), cancellationToken);
        await SendAsync("session.new", new() { ["capabilities"] = new JsonObject() });
    }

    private static bool TryParse(string text, out JsonElement told)
    {
        told = default;
        try
        {
            told = JsonDocument.Parse(text).RootElement;
            return true;
        }
        catch (JsonException)
        {
            return false; // it is being written
        }
    }
}

internal sealed class FirefoxPage(FirefoxProcess firefox, string context)
{
    /// <summary>The value of an expression, as text.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var answer = await firefox.SendAsync("script.evaluate", new()
        {
            ["expression"] = $"(async () => String(await ({expression})))()", ["awaitPromise"] = true, ["target"] = new JsonObject { ["context"] = context },
        });
        return answer.GetProperty("type").GetString() == "success" ? answer.GetProperty("result").GetProperty("value").GetString()! : throw new InvalidOperationException(answer.ToString());
    }

    public Task UntilAsync(string expression, string expected)
    {
        var last = "";
        return Eventually.TrueAsync(async () => (last = await EvaluateAsync(expression)) == expected, TimeSpan.FromSeconds(60), $"{expression} is {expected}", () => last);
    }

    /// <summary>Waits until the page shows another picture of its camera.</summary>
    public async Task MovesAsync()
    {
        await EvaluateAsync("globalThis.before = document.getElementById('picture').toDataURL()");
        await UntilAsync("document.getElementById('picture').toDataURL() !== before", "true");
    }
}
