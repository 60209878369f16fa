using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Tests kiosks that go away, in a real Chromium. Kiosks with a camera of the server and with their own take turns.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed partial class KioskFaults(SharedFaultySystem shared, FaultTable table) : IAsyncDisposable
{
    private const string Cookie = "attendance-kiosk";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly FaultySystem _faulty = shared.Faulty;

    private static int Rounds => 2 * ((FaultTable.FewRuns + 1) / 2);

    /// <summary>How often a fault that takes more than ten seconds is repeated.</summary>
    private static int SlowRounds => 2 * Math.Max(1, FaultTable.FewRuns / 4);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _faulty.System.ReleaseAllAsync();

    [Fact]
    public Task A_kiosk_whose_tab_is_closed_frees_its_camera() => StrikesAsync(FaultRow.KioskClosed, Rounds, (_, page) => page.SendAsync("Page.close"));

    [Fact]
    public Task A_kiosk_whose_browser_is_killed_frees_its_camera() => StrikesAsync(FaultRow.KioskKilled, Rounds, (browser, _) =>
    {
        Processes.Signal(browser.Id, "KILL");
        return Task.CompletedTask;
    });

    /// <summary>Stands for a loss of power: nothing is closed, and nothing is sent any more.</summary>
    [Fact]
    public Task A_kiosk_whose_machine_stops_frees_its_camera() => StrikesAsync(FaultRow.KioskStopped, SlowRounds, (browser, _) =>
    {
        foreach (var process in TreeOf(browser.Id))
        {
            Processes.Signal(process, "STOP");
        }

        return Task.CompletedTask;
    });

    [Fact]
    public async Task A_kiosk_whose_network_is_cut_frees_its_camera_and_takes_it_again_by_itself()
    {
        var (cut, back) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < SlowRounds; i++)
        {
            await using var network = new SilentNetwork(_faulty.System.Web);
            await using var browser = await ChromiumProcess.StartAsync(Cancel);
            var (_, hold) = await OpenAsync(browser, network.Address, i);

            var started = Stopwatch.GetTimestamp();
            network.FallSilent();
            await _faulty.FreeAsync(hold, TimeSpan.FromSeconds(40));
            cut.Add(Stopwatch.GetElapsedTime(started));

            var others = await _faulty.WorkersAsync();
            started = Stopwatch.GetTimestamp();
            network.Return();
            hold = await HeldAsync(i, others);
            back.Add(Stopwatch.GetElapsedTime(started));
            await browser.DisposeAsync();
            await _faulty.FreeAsync(hold, s_patience);
        }

        table.Record(FaultRow.KioskCut, cut, await _faulty.LeaksAsync());
        table.Record(FaultRow.KioskBack, back, 0);
    }

    /// <summary>Measures from the fault until the camera is free, each time in a new browser.</summary>
    private async Task StrikesAsync(FaultRow row, int rounds, Func<ChromiumProcess, ChromiumPage, Task> strikeAsync)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < rounds; i++)
        {
            await using var browser = await ChromiumProcess.StartAsync(Cancel);
            var (page, hold) = await OpenAsync(browser, _faulty.System.Web, i);

            var started = Stopwatch.GetTimestamp();
            await strikeAsync(browser, page);
            await _faulty.FreeAsync(hold, s_patience);
            times.Add(Stopwatch.GetElapsedTime(started));
        }

        table.Record(row, times, await _faulty.LeaksAsync());
    }

    /// <summary>Starts a browser that is set up as a kiosk and holds its camera.</summary>
    private async Task<(ChromiumPage Page, Hold Hold)> OpenAsync(ChromiumProcess browser, Uri web, int round)
    {
        await browser.SendAsync("Storage.setCookies", new()
        {
            ["cookies"] = new JsonArray(new JsonObject { ["name"] = Cookie, ["value"] = await SetUpAsync(round), ["url"] = web.GetLeftPart(UriPartial.Authority) }),
        });
        var others = await _faulty.WorkersAsync();
        var page = await browser.OpenAsync(new Uri(web, "/kiosk"));
        var hold = await HeldAsync(round, others);
        await page.UntilAsync("performance.getEntriesByType('resource').some(each => each.name.endsWith('/api/kiosk/frames'))", "true", Cancel); // the kiosk is live and sends frames
        return (page, hold);
    }

    /// <summary>Waits until the kiosk holds its camera.</summary>
    /// <param name="others">The workers that were there before the kiosk.</param>
    private async Task<Hold> HeldAsync(int round, IReadOnlyList<int> others)
    {
        JsonElement camera = default;
        await Eventually.TrueAsync(
            async () =>
            {
                var held = (await _faulty.System.StatusAsync()).GetProperty("cameras").EnumerateArray().Where(each => each.GetProperty("lease_ref").ValueKind == JsonValueKind.String).ToList();
                camera = held.FirstOrDefault();
                return held.Count == 1;
            },
            s_patience, "the kiosk holds its camera");
        var id = camera.GetProperty("camera_id").GetString()!;
        Assert.StartsWith(IsOwn(round) ? "browser-" : "demo", id, StringComparison.Ordinal);
        var hold = new Hold(id, "", new Lease("", camera.GetProperty("lease_ref").GetString()!, 0, "", ""), IsOwn(round) ? Hold.NoWorker : await _faulty.NewWorkerAsync(others));
        _faulty.Add(hold);
        return hold;
    }

    /// <summary>Adds a kiosk and sets a device up by its code, as people do at the pages.</summary>
    /// <returns>The device's cookie.</returns>
    private async Task<string> SetUpAsync(int round)
    {
        using var admin = Client(out var cookies);
        cookies.Add(_faulty.System.Web, new Cookie(SignIn.CookieName, _faulty.System.Admin.Value));
        using var added = await SignIn.PostFormAsync(
            admin, "/kiosks", new() { ["Form.Name"] = "Tablet", ["Form.Place"] = "Door", ["Form.CameraId"] = IsOwn(round) ? "" : "demo", ["Form.IsStaffed"] = "false" }, Cancel);
        var code = SetupCode().Match(await added.Content.ReadAsStringAsync(Cancel)).Groups[1].Value;
        using var device = Client(out var own);
        using var set = await SignIn.PostFormAsync(device, "/kiosk/setup", new() { ["Code"] = code }, Cancel);
        return own.GetCookies(_faulty.System.Web)[Cookie]!.Value;
    }

    private HttpClient Client(out CookieContainer cookies) =>
        new(new SocketsHttpHandler { CookieContainer = cookies = new CookieContainer(), UseProxy = false }) { BaseAddress = _faulty.System.Web };

    private static bool IsOwn(int round) => round % 2 == 1;

    private static IReadOnlyList<int> TreeOf(int process) => [process, .. Processes.ChildrenOf(process).SelectMany(TreeOf)];

    [GeneratedRegex("id=\"setup-code\">([A-Z2-9]{8})<")]
    private static partial Regex SetupCode();
}
