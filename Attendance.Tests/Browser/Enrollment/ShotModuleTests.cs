using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Microsoft.Playwright;
using Xunit;

namespace Attendance.Tests.Browser.Enrollment;

/// <summary>Tests the modules by which the capture page judges frames, each by itself.</summary>
[Trait("Suite", "Browser")]
public sealed class ShotModuleTests(ModulePage modules) : IClassFixture<ModulePage>
{
    private const string Imports =
        """
        const { figuresOf, poseOf, squareOf, scaledLuma, brightnessOf, sharpnessOf, isUpright } = await import('/js/enrollment/shot-figures.js');
        const { judge, wayTo, poses } = await import('/js/enrollment/shot-judge.js');
        const { PoseGuide, nextPose } = await import('/js/enrollment/pose-guide.js');
        const { FaceFinder } = await import('/js/enrollment/face-finder.js');
        const page = new DOMParser().parseFromString(await (await fetch('/people/0a1b2c3d-0000-4000-8000-000000000001/capture')).text(), 'text/html');
        const limits = JSON.parse(page.getElementById('capture').dataset.limits);
        const good = { width: 640, height: 480, faces: 1, yaw: 0, pitch: 0.45, size: 0.2, offsetX: 0, offsetY: 0, brightness: 120, sharpness: 200 };
        const face = (turn = 0, roll = 0, mirrored = false) => {
            const at = (x, y) => {
                const [c, s] = [Math.cos(roll), Math.sin(roll)];
                const [dx, dy] = [x * 100, y * 100];
                return { x: 320 + (mirrored ? -1 : 1) * (dx * c - dy * s), y: 240 + dx * s + dy * c };
            };
            const points = { leftEye: at(-0.5, -0.4), rightEye: at(0.5, -0.4), nose: at(turn, 0.1), mouth: at(turn / 2, 0.7) };
            return mirrored ? { ...points, leftEye: points.rightEye, rightEye: points.leftEye } : points;
        };
        const image = (width, height, value) => {
            const pixels = new ImageData(width, height);
            for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels.data.set([...value(x, y), 255], 4 * (y * width + x));
            return pixels;
        };
        """;

    [Fact]
    public async Task A_leaning_head_is_turned_no_more_than_an_upright_one()
    {
        var (upright, leaning) = await AskAsync<(Turned, Turned)>("[poseOf(face(0.3)), poseOf(face(0.3, 0.4))]", Both);

        Assert.Equal(0.3, upright.Yaw, 3);
        Assert.Equal(0.5 / 1.1, upright.Pitch, 3);
        Assert.Equal(upright.Yaw, leaning.Yaw, 6);
        Assert.Equal(upright.Pitch, leaning.Pitch, 6);
    }

    [Fact]
    public async Task Mirrored_is_turned_the_other_way()
    {
        var (one, other) = await AskAsync<(Turned, Turned)>("[poseOf(face(0.3, 0.2)), poseOf(face(0.3, 0.2, true))]", Both);

        Assert.Equal(one.Yaw, -other.Yaw, 6);
        Assert.Equal(one.Pitch, other.Pitch, 6);
    }

    [Fact]
    public async Task A_face_without_extent_or_upside_down_is_none()
    {
        Assert.True(await AskAsync<bool>("isUpright(face(0.3, 0.5))"));
        Assert.False(await AskAsync<bool>("isUpright({ ...face(), mouth: { x: 320, y: 100 } })"));
        Assert.False(await AskAsync<bool>("isUpright({ ...face(), rightEye: face().leftEye })"));
        Assert.False(await AskAsync<bool>("isUpright({ ...face(), mouth: { x: NaN, y: NaN } })"));
    }

    [Fact]
    public async Task Only_what_of_the_square_is_in_the_picture_is_measured()
    {
        Assert.Equal("""{"left":31,"top":0,"width":290,"height":200}""", await AskAsync<string>(
            """
            JSON.stringify(squareOf({ leftEye: { x: 150, y: 40 }, rightEye: { x: 350, y: 40 }, nose: { x: 250, y: 0 }, mouth: { x: 252, y: 0 } }, 321, 200))
            """));
        Assert.True(await AskAsync<bool>(
            "squareOf({ leftEye: { x: -900, y: 40 }, rightEye: { x: -800, y: 40 }, nose: { x: 0, y: 0 }, mouth: { x: -850, y: 90 } }, 640, 480) === null"));
    }

    [Theory]
    [InlineData("image(200, 150, () => [100, 100, 100])", 100, 0)]
    [InlineData("image(64, 64, () => [255, 0, 0])", 0.299 * 255, 0)]
    [InlineData("image(256, 256, x => x % 2 ? [255, 255, 255] : [0, 0, 0])", 127.5, 0)] // the mean of an area, not one pixel of it
    [InlineData("image(128, 128, (x, y) => (x + y) % 2 ? [255, 255, 255] : [0, 0, 0])", 127.5, 1020 * 1020)]
    [InlineData("image(128, 128, x => x % 2 ? [255, 255, 255] : [0, 0, 0])", 127.5, 510 * 510)]
    [InlineData("image(1, 1, () => [10, 10, 10])", 10, 0)]
    public async Task Light_and_sharpness_are_what_the_server_measures(string image, double brightness, double sharpness)
    {
        var measured = await AskAsync<double[]>($"[brightnessOf(scaledLuma({image})), sharpnessOf(scaledLuma({image}))]");

        Assert.Equal(brightness, measured[0], 1);
        Assert.Equal(sharpness, measured[1], sharpness * 1e-4 + 0.01);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("faces: 0", "no_face")]
    [InlineData("faces: 2", "several_faces")]
    [InlineData("width: 479", "too_small_picture")]
    [InlineData("height: 359", "too_small_picture")]
    [InlineData("brightness: 59", "too_dark")]
    [InlineData("brightness: 206", "too_bright")]
    [InlineData("size: 0.119", "move_closer")]
    [InlineData("size: 0.401", "move_back")]
    [InlineData("offsetX: -0.21", "centre_face")]
    [InlineData("offsetY: 0.21", "centre_face")]
    [InlineData("sharpness: 59", "blurred")]
    [InlineData("yaw: 0.15", "wrong_pose")]
    [InlineData("pitch: 0.27", "wrong_pose")]
    [InlineData("faces: 0, width: 100, brightness: 0, sharpness: 0", "no_face,too_small_picture")]
    [InlineData(
        "faces: 3, width: 100, brightness: 0, size: 0, offsetX: 1, sharpness: 0, yaw: 1",
        "several_faces,too_small_picture,too_dark,move_closer,centre_face,blurred,wrong_pose")]
    public async Task Every_flaw_is_named_the_most_important_first(string flaw, string expected) =>
        Assert.Equal(expected, await AskAsync<string>($$"""judge({ ...good, {{flaw}} }, limits, 'front', null).join()"""));

    [Theory]
    [InlineData("left", "yaw: 0.18", "there")]
    [InlineData("left", "yaw: 0.17", "further")]
    [InlineData("left", "yaw: -0.3", "further")]
    [InlineData("left", "yaw: 0.81", "back")]
    [InlineData("right", "yaw: -0.18", "there")]
    [InlineData("right", "yaw: 0.3", "further")]
    [InlineData("up", "pitch: 0.30", "there")] // the front shot's is 0.37
    [InlineData("up", "pitch: 0.32", "further")]
    [InlineData("down", "pitch: 0.44", "there")]
    [InlineData("down", "pitch: 0.42", "further")]
    [InlineData("down", "pitch: 0.44, yaw: 0.2", "straight")]
    [InlineData("front", "yaw: 0.2", "straight")]
    public async Task A_pose_is_told_by_turn_and_nod(string pose, string figures, string expected) =>
        Assert.Equal(expected, await AskAsync<string>($$"""wayTo('{{pose}}', { ...good, {{figures}} }, limits, 0.37)"""));

    [Fact]
    public async Task The_picture_is_taken_after_half_a_second_and_three_frames_of_holding_still()
    {
        Assert.Equal("1600", await TakenAtAsync("[1000, 1200, 1400, 1600].map(at => [at, good, []])"));
        Assert.Equal("1900", await TakenAtAsync("[1000, 1450, 1900].map(at => [at, good, []])")); // the frame rate of a slow machine
        Assert.Equal("", await TakenAtAsync("[[1000, good, []], [1600, good, []]]"));
        Assert.Equal("", await TakenAtAsync("[1000, 1100, 1200, 1300, 1400].map(at => [at, good, []])"));
    }

    [Fact]
    public async Task Whoever_moves_or_is_not_good_for_a_moment_has_to_hold_still_anew()
    {
        Assert.Equal("2000", await TakenAtAsync(
            "[[1000, good, []], [1200, good, []], [1400, good, ['too_dark']], [1500, good, []], [1700, good, []], [1900, good, []], [2000, good, []]]"));
        Assert.Equal("2000", await TakenAtAsync(
            "[[1000, good, []], [1300, good, []], [1500, { ...good, offsetX: 0.1 }, []], [1800, { ...good, offsetX: 0.1 }, []], [2000, { ...good, offsetX: 0.1 }, []]]"));
        Assert.Equal("", await TakenAtAsync("[[1000, good, []], [1300, good, []], [4000, good, []], [4300, good, []]]")); // the gap may hide a movement
    }

    [Fact]
    public async Task Nothing_is_taken_before_the_person_can_have_read_what_to_do() => Assert.Equal(
        "1300", await TakenAtAsync("[100, 300, 500, 600, 700, 800, 900, 1300].map(at => [at, good, []])", askedAt: 100));

    [Fact]
    public async Task A_reason_is_said_once_it_has_stood_for_a_second()
    {
        Assert.Equal(",,,too_dark,too_dark,", await AskAsync<string>(
            """
            (() => {
                const guide = new PoseGuide();
                guide.ask('front', 0);
                return [[1000, 'too_dark'], [1300, 'too_dark'], [1700, 'too_dark'], [2000, 'too_dark'], [2500, 'too_dark'], [2600, 'move_closer']]
                    .map(([at, reason]) => { guide.see(good, [reason], at); return guide.reason ?? ''; }).join();
            })()
            """));
    }

    [Fact]
    public async Task The_next_pose_is_the_first_that_is_missing() =>
        Assert.Equal("right,", await AskAsync<string>(
            "[nextPose(poses, pose => pose !== 'right' && pose !== 'down'), nextPose(poses, () => true)].join()"));

    [Fact]
    public async Task All_five_poses_are_found_and_told_apart_in_rendered_pictures()
    {
        var page = await modules.OpenAsync($"/people/{TestPeople.Known}/capture"); // others may not compile WebAssembly
        var found = JsonDocument.Parse(await page.EvaluateAsync<string>(Asking(
            """
            await (async () => {
                const finder = new FaceFinder();
                const judged = {};
                let front = null;
                for (const shown of poses) {
                    const bitmap = await createImageBitmap(await (await fetch(`/rendered/${shown}.jpg`)).blob());
                    const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
                    const context = canvas.getContext('2d');
                    context.drawImage(bitmap, 0, 0);
                    const figures = figuresOf(await finder.find(canvas), canvas.width, canvas.height, a => context.getImageData(a.left, a.top, a.width, a.height));
                    front ??= figures.pitch;
                    judged[shown] = { figures, asked: poses.map(pose => [pose, judge(figures, limits, pose, front).join()]) };
                }
                return JSON.stringify(judged);
            })()
            """)));

        foreach (var shown in found.RootElement.EnumerateObject())
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{shown.Name}: {shown.Value.GetProperty("figures")}");
            foreach (var asked in shown.Value.GetProperty("asked").EnumerateArray())
            {
                var isIn = asked[0].GetString() == shown.Name;
                Assert.True(
                    (isIn ? "" : "wrong_pose") == asked[1].GetString(),
                    $"{shown.Name} asked for {asked[0]}: '{asked[1]}' {shown.Value.GetProperty("figures")}");
            }
        }
    }

    private static (Turned, Turned) Both(JsonElement pair) => (Turned.From(pair[0]), Turned.From(pair[1]));

    private static string Asking(string expression) => $"async () => {{ {Imports} return {expression}; }}";

    /// <param name="frames">Time, figures and reasons of each.</param>
    private Task<string> TakenAtAsync(string frames, int askedAt = 0) => AskAsync<string>(
        $$"""
        (() => {
            const guide = new PoseGuide();
            guide.ask('front', {{askedAt}});
            return {{frames}}.filter(([at, figures, reasons]) => guide.see(figures, reasons, at)).map(([at]) => at).join();
        })()
        """);

    private async Task<T> AskAsync<T>(string expression, Func<JsonElement, T>? read = null)
    {
        var page = await modules.OpenAsync();
        return read is null
            ? await page.EvaluateAsync<T>(Asking(expression))
            : read((await page.EvaluateAsync(Asking(expression)))!.Value);
    }

    private sealed record Turned(double Yaw, double Pitch)
    {
        public static Turned From(JsonElement pose) => new(pose.GetProperty("yaw").GetDouble(), pose.GetProperty("pitch").GetDouble());
    }
}

/// <summary>Pages of one Web in one window, for tests that only call modules in them. The camera API is away.</summary>
public sealed class ModulePage(ChromiumBrowser chromium) : IAsyncLifetime
{
    private readonly Dictionary<string, IPage> _pages = [];
    private WebServer? _web;
    private IBrowserContext? _window;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await (_window?.DisposeAsync() ?? default);
        await (_web?.DisposeAsync() ?? default);
    }

    internal async Task<IPage> OpenAsync(string target = "/nothing")
    {
        if (_web is null)
        {
            _web = new WebServer(new Uri("http://127.0.0.1:1"));
            var signIn = await _web.SignInAsync();
            await TestPeople.AddKnownAsync(_web.Services, Cancel);
            _window = await chromium.NewContextAsync(null, Cancel);
            await signIn.GiveToAsync(_window, _web.Address);
            await ActingCamera.ReplaceAsync(_window);
            await _window.RouteAsync("**/api/**", route => route.AbortAsync());
        }

        if (!_pages.TryGetValue(target, out var page))
        {
            page = _pages[target] = await _window!.NewPageAsync();
            await page.GotoAsync(new Uri(_web.Address, target).ToString());
        }

        return page;
    }
}
