using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.Browser;

/// <summary>Tests that a camera session that is opened and closed many times leaves nothing behind.</summary>
[Trait("Suite", "Browser")]
public sealed class LeftoverTests(ChromiumBrowser chromium) : WebTest
{
    private const int WarmUp = 10;
    private const double ToleratedGrowth = 2.5 * 1024; // bytes of heap for each session: less than one session takes

    /// <summary>A script that counts the timers, sockets, camera tracks, and object URLs that the page has opened and not closed.</summary>
    private const string Count =
        """
        window.open_ = { timers: new Set(), intervals: new Set(), sockets: [], streams: [], urls: 0 };
        const { setTimeout: later, clearTimeout: never, setInterval: often, clearInterval: stop, WebSocket: Socket } = window;
        window.setTimeout = (act, ms, ...rest) => {
            const timer = later(() => { open_.timers.delete(timer); act(...rest); }, ms);
            open_.timers.add(timer);
            return timer;
        };
        window.clearTimeout = timer => { open_.timers.delete(timer); never(timer); };
        window.setInterval = (...given) => { const timer = often(...given); open_.intervals.add(timer); return timer; };
        window.clearInterval = timer => { open_.intervals.delete(timer); stop(timer); };
        window.WebSocket = class extends Socket { constructor(...given) { super(...given); open_.sockets.push(this); } };
        const ask = MediaDevices.prototype.getUserMedia;
        MediaDevices.prototype.getUserMedia = async function (wish) {
            const stream = await ask.call(this, wish);
            open_.streams.push(stream);
            return stream;
        };
        const make = URL.createObjectURL;
        URL.createObjectURL = thing => { open_.urls++; return make.call(URL, thing); };
        window.left = () => {
            const counts = [
                open_.timers.size, open_.intervals.size, open_.sockets.filter(socket => socket.readyState < 2).length,
                open_.streams.flatMap(stream => stream.getTracks()).filter(track => track.readyState === 'live').length, open_.urls,
            ];
            open_.sockets.length = open_.streams.length = 0;
            return counts;
        };
        """;

    /// <param name="times">How often a session is opened. Fewer if each starts a process.</param>
    [Theory]
    [InlineData("{ cameraId: 'demo', canvas: document.createElement('canvas') }", 40)]
    [InlineData("{ kind: 'browser', video: document.createElement('video'), width: 320, height: 240 }", 200)]
    public async Task Nothing_is_left_of_a_session_that_was_disposed_of(string options, int times)
    {
        await using var window = await WindowAsync(chromium);
        var page = await window.NewPageAsync();
        page.SetDefaultTimeout(120_000);
        await page.AddInitScriptAsync(Count);
        await page.GotoAsync(new Uri(Web.Address, "/nothing").ToString());
        await page.EvaluateAsync(
            $$"""
            async () => {
                const { CameraSession } = await import('/js/camera/camera-session.js');
                window.cycle = async times => {
                    for (let i = 0; i < times; i++) {
                        const session = new CameraSession({{options}});
                        await session.start();
                        if (session.state !== 'live') {
                            throw new Error(`It is ${session.state}.`);
                        }
                        if (i % 10 === 0) {
                            await new Promise(seen => session.addEventListener('frame', seen, { once: true }));
                        }
                        if (i % 2 === 0) {
                            await session.release();
                        }
                        session.dispose();
                    }
                };
            }
            """);
        await page.EvaluateAsync($"() => cycle({WarmUp})");
        var before = await MeasureAsync(window, page);

        await page.EvaluateAsync($"() => cycle({times})");

        var after = await MeasureAsync(window, page);
        Assert.Equal("0,0,0,0,0", await page.EvaluateAsync<string>("() => left().join()"));
        Assert.Equal(before.Listeners, after.Listeners);
        Assert.True(after.Nodes <= before.Nodes + 20, $"{before.Nodes} nodes became {after.Nodes}.");
        Assert.True(after.Heap - before.Heap < ToleratedGrowth * times, $"The heap grew by {after.Heap - before.Heap} bytes.");
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0 && Api.Presence.Open == 0 && Api.Viewers == 0, "nothing is held");
        TestContext.Current.TestOutputHelper?.WriteLine($"Before: {before}. After {times} times: {after}.");
    }

    private static async Task<(double Heap, double Listeners, double Nodes)> MeasureAsync(IBrowserContext window, IPage page)
    {
        await page.WaitForTimeoutAsync(500); // gives closing sockets time to close
        await page.EvaluateAsync("() => { left(); }");
        var control = await window.NewCDPSessionAsync(page);
        await control.SendAsync("Performance.enable");
        for (var i = 0; i < 3; i++)
        {
            await control.SendAsync("HeapProfiler.collectGarbage");
        }

        var metrics = (await control.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray()
            .ToDictionary(metric => metric.GetProperty("name").GetString()!, metric => metric.GetProperty("value").GetDouble());
        await control.DetachAsync();
        return (metrics["JSHeapUsedSize"], metrics["JSEventListeners"], metrics["Nodes"]);
    }
}
