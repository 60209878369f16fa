using System.Globalization;
using System.Text;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Live;
using Attendance.Tests.Programs;
using Attendance.Tests.Telemetry;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>
/// Measures how old a picture is when a page shows it, by Motion JPEG and by WebRTC, and what that costs. A page publishes pictures on which the
/// time is drawn as black and white fields; others watch it. It writes the table of <c>docs/live.md</c> if the environment names the file, and
/// runs only when it is asked for: <c>./test.sh --live</c>.
/// </summary>
public sealed class LiveReport(ChromiumBrowser chromium) : WebTest
{
    private const string FileVariable = "ATTENDANCE_LIVE_TABLE";
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(30);

    /// <summary>How old a picture may be, p95, where one page watches by Motion JPEG or by WebRTC.</summary>
    private static readonly (TimeSpan Jpeg, TimeSpan WebRtc) s_goals = (TimeSpan.FromMilliseconds(120), TimeSpan.FromMilliseconds(60));

    /// <summary>Draws a picture that moves, with the last 20 bits of the time in ms in a row of fields at its top.</summary>
    private const string Publishes = """
        navigator.mediaDevices.getUserMedia = async () => {
            const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
            const context = canvas.getContext('2d');
            let turn = 0;
            setInterval(() => {
                context.fillStyle = '#486';
                context.fillRect(0, 0, 640, 480);
                for (let i = 0; i < 40; i++) {
                    context.fillStyle = `hsl(${i * 9 + turn} 60% 50%)`;
                    context.fillRect((i * 53 + turn * 3) % 640, 120 + i * 29 % 320, 40, 40);
                }
                turn++;
                const now = Date.now();
                for (let bit = 0; bit < 20; bit++) {
                    context.fillStyle = now >> bit & 1 ? '#fff' : '#000';
                    context.fillRect(bit * 32, 0, 32, 96);
                }
            }, 33);
            return canvas.captureStream(30);
        };
        """;

    private const string Watches = """
        globalThis.ages = [];
        globalThis.connections = [];
        let last = -1;
        const look = () => {
            requestAnimationFrame(look);
            const canvas = document.getElementById('picture');
            if (!canvas?.width) {
                return;
            }
            const row = canvas.getContext('2d').getImageData(0, Math.floor(canvas.height / 10), canvas.width, 1).data;
            let drawn = 0;
            for (let bit = 0; bit < 20; bit++) {
                drawn |= (row[4 * Math.floor((bit + 0.5) * canvas.width / 20)] > 128 ? 1 : 0) << bit;
            }
            if (drawn !== last) {
                last = drawn;
                ages.push((Date.now() & 0xFFFFF) - drawn);
            }
        };
        requestAnimationFrame(look);
        const Real = globalThis.RTCPeerConnection;
        globalThis.RTCPeerConnection = class extends Real {
            constructor(configuration) {
                super(configuration);
                connections.push(this);
            }
        };
        """;

    [Fact(Explicit = true)]
    public async Task What_watching_costs_and_how_old_its_pictures_are()
    {
        var port = LossyRelay.FreePorts();
        await UseAsync("--Cameras:demo:Source=test-pattern", "--WebRtc:Addresses:0=127.0.0.1", $"--WebRtc:Port={port}");
        await using var publishing = await WindowAsync(chromium);
        await publishing.AddInitScriptAsync(Publishes);
        var publisher = await publishing.NewPageAsync();
        await publisher.GotoAsync(Address("/cameras/browser"));
        await Expect(publisher.Locator("#badge")).ToHaveTextAsync("Live");
        await publisher.GetByLabel("Let others look at it").CheckAsync();
        var cameraId = (await publisher.Locator("#facts a").TextContentAsync())!;

        var rows = new List<Row> { await MeasureAsync("nobody", cameraId) };
        var (byJpeg, byWebRtc) = (await MeasureAsync("one by Motion JPEG", cameraId, false), await MeasureAsync("one by WebRTC", cameraId, true));
        rows.AddRange([byJpeg, byWebRtc]);
        rows.Add(await MeasureAsync("one by each", cameraId, false, true));
        rows.Add(await MeasureAsync("three by Motion JPEG", cameraId, false, false, false));
        rows.Add(await MeasureAsync("three by WebRTC", cameraId, true, true, true));
        rows.Add(await MeasureAsync("eight by WebRTC", cameraId, [.. Enumerable.Repeat(true, 8)]));
        foreach (var lost in (double[])[0, 0.02, 0.1])
        {
            using var network = new LossyRelay(port, lost);
            rows.Add(await MeasureAsync($"one by WebRTC, {lost:P0} of packets lost", cameraId, network, true));
            Assert.InRange(network.Passed, 1000, long.MaxValue); // it did go this way
            Assert.InRange(network.Lost, lost * 0.8, lost * 1.2);
        }

        var page = new StringBuilder("\n\n")
            .Append(CultureInfo.InvariantCulture, $"640 × 480 pixels, 30 pictures a second drawn, {s_each.TotalSeconds:0} s each, on {Environment.ProcessorCount} cores that browsers and servers share. Drawn in a page, published by WebRTC, encoded as JPEG by the server, shown in another page.\n\n")
            .Append("| Who watches | age of a picture when it is shown, median / p95, by Motion JPEG | by WebRTC | pictures a second | kbit/s for each | a core: camera API and worker | process for WebRTC |\n|---|--:|--:|--:|--:|--:|--:|\n")
            .AppendJoin('\n', rows.Select(row => row.Line))
            .Append("\n\n| Goal, glass to glass with one viewer at 640 × 480 | p95 | Result |\n|---|--:|---|\n")
            .Append(GoalLine("Motion JPEG", s_goals.Jpeg, byJpeg.Jpeg)).Append(GoalLine("WebRTC (WHEP)", s_goals.WebRtc, byWebRtc.WebRtc)).Append('\n').ToString();
        TestContext.Current.TestOutputHelper?.WriteLine(page);
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, GeneratedPage.Renew(await File.ReadAllTextAsync(file, Cancel), page), Cancel);
        }
    }

    private string Address(string path) => new Uri(Web.Address, path).ToString();

    /// <summary>Lets so many pages watch, and measures them together.</summary>
    /// <param name="viewers">Whether each watches by WebRTC.</param>
    private Task<Row> MeasureAsync(string who, string cameraId, params bool[] viewers) => MeasureAsync(who, cameraId, null, viewers);

    private async Task<Row> MeasureAsync(string who, string cameraId, LossyRelay? network, params bool[] viewers)
    {
        var windows = new List<(IBrowserContext Window, IPage Page, bool ByWebRtc, Counter Bytes)>();
        try
        {
            foreach (var byWebRtc in viewers)
            {
                var window = await WindowAsync(chromium);
                await window.AddInitScriptAsync(byWebRtc ? network?.Script + Watches : Watches + "delete globalThis.RTCPeerConnection;");
                var page = await window.NewPageAsync();
                var bytes = new Counter();
                var protocol = await window.NewCDPSessionAsync(page);
                await protocol.SendAsync("Network.enable");
                protocol.Event("Network.dataReceived").OnEvent += (_, data) => bytes.Add(data!.Value.GetProperty("dataLength").GetInt64());
                await page.GotoAsync(Address($"/cameras/{cameraId}?shared"));
                await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
                windows.Add((window, page, byWebRtc, bytes));
            }

            await Task.Delay(s_settling, TimeProvider.System, Cancel);
            foreach (var (_, page, byWebRtc, bytes) in windows)
            {
                await page.EvaluateAsync("() => { ages.length = 0; }");
                bytes.Begin(byWebRtc ? await ReceivedAsync(page) : bytes.Total);
            }

            var peers = Assert.Single(Processes.WebRtcOf(Api.Node.Pid));
            var (started, all, rtc) = (TimeProvider.System.GetTimestamp(), ProcessorTime.OfTree(Api.Node.Pid), ProcessorTime.OfTree(peers));
            await Task.Delay(s_each, TimeProvider.System, Cancel);
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            (all, rtc) = (ProcessorTime.OfTree(Api.Node.Pid) - all, ProcessorTime.OfTree(peers) - rtc);
            var (ages, kilobits) = (new Dictionary<bool, List<double>> { [false] = [], [true] = [] }, new List<double>());
            foreach (var (_, page, byWebRtc, bytes) in windows)
            {
                ages[byWebRtc].AddRange(await page.EvaluateAsync<double[]>("() => ages"));
                kilobits.Add(((byWebRtc ? await ReceivedAsync(page) : bytes.Total) - bytes.Begun) * 8 / 1000.0 / seconds);
            }

            var (jpeg, webRtc) = (Ages.Of(ages[false]), Ages.Of(ages[true]));
            var line = string.Create(CultureInfo.InvariantCulture,
                $"| {who} | {jpeg} | {webRtc} | {(viewers.Length == 0 ? "" : $"{(ages[false].Count + ages[true].Count) / seconds / viewers.Length:0.0}")} | {string.Join(", ", kilobits.Select(one => one.ToString("#,0", CultureInfo.InvariantCulture)))} | {(all - rtc).TotalSeconds / seconds:P0} | {rtc.TotalSeconds / seconds:P0} |");
            return new Row(line, jpeg, webRtc);
        }
        finally
        {
            foreach (var (window, _, _, _) in windows)
            {
                await window.DisposeAsync();
            }
        }
    }

    private static async Task<long> ReceivedAsync(IPage page) => (await page.EvaluateAsync<JsonElement>("""
        async () => {
            let bytes = 0;
            for (const report of (await connections.at(-1).getStats()).values()) {
                bytes += report.type === 'transport' ? report.bytesReceived : 0;
            }
            return bytes;
        }
        """)).GetInt64();

    private static string GoalLine(string way, TimeSpan goal, Ages? measured) => string.Create(CultureInfo.InvariantCulture,
        $"| {way}: at most {goal.TotalMilliseconds:0} ms | {measured!.P95:0} ms | {(measured.P95 <= goal.TotalMilliseconds ? "met" : "**missed**")} |\n");

    /// <summary>A line of the table, and the ages in it by the two ways; null where nobody watches by that way.</summary>
    private sealed record Row(string Line, Ages? Jpeg, Ages? WebRtc);

    private sealed record Ages(double Median, double P95)
    {
        public static Ages? Of(IEnumerable<double> ages)
        {
            var sorted = ages.Where(age => age is >= 0 and < 10_000).Order().ToList(); // the clock of 20 bits begins anew every 17 minutes
            return sorted.Count == 0 ? null : new(sorted[sorted.Count / 2], sorted[sorted.Count * 95 / 100]);
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:0} / {P95:0} ms");
    }

    private sealed class Counter
    {
        private long _total;

        public long Total => Volatile.Read(ref _total);

        public long Begun { get; private set; }

        public void Add(long bytes) => Interlocked.Add(ref _total, bytes);

        public void Begin(long now) => Begun = now;
    }
}
