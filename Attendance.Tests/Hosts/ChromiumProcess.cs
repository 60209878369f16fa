using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Hosts;

/// <summary>
/// A Chromium that nobody but the test holds on to: it can be killed, and its pages can be hidden and frozen. Playwright keeps
/// every page of its own visible and focused, and a visible page is never frozen.
/// </summary>
internal sealed class ChromiumProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("attendance-chromium-");
    private readonly BrowserControl _control = new("Chromium");
    private ServerProcess? _process;
    private bool _isDisposed;

    public int Id => _process!.Id;

    public static async Task<ChromiumProcess> StartAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var chromium = new ChromiumProcess();
        try
        {
            await chromium.LaunchAsync(arguments, cancellationToken);
            return chromium;
        }
        catch
        {
            await chromium.DisposeAsync();
            throw;
        }
    }

    public async Task<ChromiumPage> OpenAsync(Uri address)
    {
        var target = (await SendAsync("Target.createTarget", new() { ["url"] = address.ToString() })).GetProperty("targetId").GetString()!;
        var session = (await SendAsync("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true })).GetProperty("sessionId").GetString()!;
        return new ChromiumPage(this, session, target);
    }

    /// <param name="script">What runs before the page's own scripts.</param>
    public async Task<ChromiumPage> OpenAsync(Uri address, string script)
    {
        var page = await OpenAsync(new Uri("about:blank"));
        await page.SendAsync("Page.enable");
        await page.SendAsync("Page.addScriptToEvaluateOnNewDocument", new() { ["source"] = script });
        await page.SendAsync("Page.navigate", new() { ["url"] = address.ToString() });
        return page;
    }

    public async Task<JsonElement> SendAsync(string method, JsonObject? parameters = null, string? session = null)
    {
        var command = new JsonObject { ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            command["sessionId"] = session;
        }

        return await _control.SendAsync(command);
    }

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

    private async Task LaunchAsync(string[] arguments, CancellationToken cancellationToken)
    {
        _process = ServerProcess.Start(
            ChromiumBrowser.Executable(),
            [
                "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={_data.FullName}",
                .. ChromiumBrowser.Arguments, ChromiumBrowser.FakeDevice, ChromiumBrowser.FakeConsent, .. arguments, "about:blank",
            ]);
        var file = Path.Combine(_data.FullName, "DevToolsActivePort");
        string[] lines = [];
        await _process.ReadyAsync(
            async () => File.Exists(file) && (lines = await File.ReadAllLinesAsync(file, cancellationToken)).Length >= 2, s_patience, "Chromium listens");

        var port = int.Parse(lines[0], CultureInfo.InvariantCulture);
        await _control.ConnectAsync(new Uri($"ws://127.0.0.1:{port}{lines[1]}"), cancellationToken);
    }
}

internal sealed class ChromiumPage(ChromiumProcess chromium, string session, string target)
{
    public Task<JsonElement> SendAsync(string method, JsonObject? parameters = null) => chromium.SendAsync(method, parameters, session);

    /// <summary>The value of an expression, as text.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = $"String({expression})", ["awaitPromise"] = true });
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value.GetString()! : answer.ToString();
    }

    public async Task UntilAsync(string expression, string expected, CancellationToken cancellationToken, double withinSeconds = 20)
    {
        var started = Stopwatch.GetTimestamp();
        for (var value = ""; (value = await TryEvaluateAsync(expression)) != expected;)
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < withinSeconds, $"Not within {withinSeconds} s: {expression} is {value}, not {expected}.");
            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>As <see cref="EvaluateAsync"/>; between two documents there is nothing to ask, which is an answer as well.</summary>
    private async Task<string> TryEvaluateAsync(string expression)
    {
        try
        {
            return await EvaluateAsync(expression);
        }
        catch (InvalidOperationException nothing)
        {
            return nothing.Message;
        }
    }

    public Task LiveAsync(CancellationToken cancellationToken) =>
        UntilAsync("document.getElementById('badge')?.textContent", "Live", cancellationToken);

    public Task FreezeAsync() => SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });

    public Task ThawAsync() => SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });

    /// <summary>In front of the other tabs of its window, which are hidden then.</summary>
    public Task ShowAsync() => chromium.SendAsync("Target.activateTarget", new() { ["targetId"] = target });
}
