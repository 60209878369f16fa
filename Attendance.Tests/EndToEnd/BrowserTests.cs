using System.Net.Http.Json;
using Attendance.Tests.CameraWorker;
using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using OpenCvSharp;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.EndToEnd;

/// <summary>The system with a video file for a second camera, as an operator meets it.</summary>
public sealed class SystemWithFilm : IAsyncLifetime
{
    private const int Frames = 30;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-film-");

    public AttendanceSystem System { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var film = Path.Combine(_folder.FullName, "film.avi");
        TestFilm.Write(film, 320, 240, frameRate: 10, Frames, i => new Scalar(40, 8 * i, 255 - 8 * i));
        System = await AttendanceSystem.StartAsync(
            CancellationToken.None, $"--Cameras:film:Source=file:{film}", "--Cameras:film:Name=A film", "--Cameras:third:Source=test-pattern");
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

[Trait("Suite", "Browser")]
public sealed class BrowserTests(SystemWithFilm shared, ChromiumBrowser chromium) : IClassFixture<SystemWithFilm>, IAsyncDisposable
{
    private const string Picture = "() => document.getElementById('picture').toDataURL()";
    private const string PictureChanged = "before => document.getElementById('picture').toDataURL() !== before";

    private readonly AttendanceSystem _system = shared.System;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _system.ReleaseAllAsync();

    [Theory]
    [InlineData("demo", "Demo camera", 640, 480)]
    [InlineData("film", "A film", 320, 240)]
    public async Task A_camera_is_chosen_seen_live_and_given_back(string cameraId, string name, int width, int height)
    {
        await using var window = await WindowAsync();
        var page = await window.NewPageAsync();
        await page.GotoAsync(_system.Web.ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await LiveAsync(page);

        var before = await page.EvaluateAsync<string>(Picture);
        await page.WaitForFunctionAsync(PictureChanged, before);
        Assert.Equal([width, height], await page.EvaluateAsync<int[]>(
            "() => { const canvas = document.getElementById('picture'); return [canvas.width, canvas.height]; }"));
        Assert.Equal("held", await _system.StateAsync(cameraId));

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Stopped. The camera is free for others.");
        Assert.Equal("available", await _system.StateAsync(cameraId));
    }

    [Fact]
    public async Task A_camera_is_free_within_a_second_of_its_tab_being_closed()
    {
        await using var window = await WindowAsync();
        for (var i = 0; i < 5; i++)
        {
            var page = await OpenAsync(window, "demo");

            await page.CloseAsync();

            var took = await FreeAsync("demo");
            Assert.Equal("page_hide", (await _system.LastEndAsync("demo")).GetProperty("reason").GetString());
            TestContext.Current.TestOutputHelper!.WriteLine($"free after {took.TotalMilliseconds:0} ms");
        }
    }

    [Fact]
    public async Task A_camera_is_free_within_a_second_of_its_page_being_left()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "demo");

        await page.GetByRole(AriaRole.Link, new() { Name = "All cameras" }).ClickAsync();
        await FreeAsync("demo");

        await page.GoBackAsync(new() { WaitUntil = WaitUntilState.Commit }); // out of the back/forward cache nothing is loaded
        await LiveAsync(page);
        Assert.Equal("held", await _system.StateAsync("demo"));
    }

    [Fact]
    public async Task A_page_that_is_reloaded_is_live_again()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "demo");
        for (var i = 0; i < 3; i++)
        {
            await page.ReloadAsync();
            await LiveAsync(page);
        }

        Assert.Equal(1, await _system.ActiveCamerasAsync());
    }

    [Fact]
    public async Task A_page_whose_camera_is_taken_by_ops_says_so()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "demo");

        Assert.True(await _system.CommandAsync("camera-api", "force-release-all", Cancel));

        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("An administrator has freed the camera.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await LiveAsync(page);
    }

    [Fact]
    public async Task Of_two_tabs_the_second_is_told_and_may_take_over()
    {
        await using var one = await WindowAsync();
        await using var two = await WindowAsync();
        var first = await OpenAsync(one, "demo");
        var second = await two.NewPageAsync();
        await second.GotoAsync(new Uri(_system.Web, "/cameras/demo").ToString());

        await second.GetByRole(AriaRole.Button, new() { Name = "Take over" }).ClickAsync();

        await LiveAsync(second);
        await Expect(first.GetByRole(AriaRole.Status)).ToContainTextAsync("Somebody else has taken the camera over.");
    }

    [Fact]
    public async Task A_browsers_own_camera_is_lent_like_any_other_and_ops_can_take_it()
    {
        await using var window = await WindowAsync();
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(_system.Web, "/cameras/browser").ToString());
        await LiveAsync(page);
        var camera = Assert.Single((await _system.StatusAsync()).GetProperty("camera_ids").EnumerateArray()).GetString()!;
        Assert.StartsWith("browser-", camera, StringComparison.Ordinal);
        Assert.Equal("held", await _system.StateAsync(camera));

        await page.ReloadAsync();
        await LiveAsync(page);
        Assert.Equal(1, await _system.ActiveCamerasAsync());
        Assert.True(await _system.CommandAsync("camera-api", "force-release-all", Cancel));

        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("An administrator has freed the camera.");
        Assert.True(await page.EvaluateAsync<bool>("() => document.getElementById('picture').srcObject === null"));
        Assert.Equal("forced", (await _system.LastEndAsync(camera)).GetProperty("reason").GetString());
        Assert.Equal(0, (await _system.StatusAsync()).GetProperty("quarantined").GetInt32()); // the page has said that it stopped
    }

    [Fact]
    public async Task A_visitor_cannot_do_what_ops_may()
    {
        await _system.AcquireAsync("demo", "camera_123456789_abc123");

        foreach (var body in new object[] { new { }, new { force = true }, new { force = true, session_id = "camera_923456789_abc123" } })
        {
            using var response = await _system.Operator.PostAsJsonAsync("/api/camera/cleanup/", body, Cancel);
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, response.StatusCode);
        }

        // Who is signed in here is an administrator, and has the console's own ways.
        foreach (var path in new[] { "/api/cameras/demo/history", "/api/alerts", "/api/audit", "/api/events?live=true" })
        {
            using var refused = await _system.Visitor.GetAsync(path, Cancel);
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var released = await _system.Visitor.PostAsJsonAsync("/api/operations/cleanup", new { force = true, why = "No reason." }, Cancel);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, released.StatusCode);
        Assert.Equal("held", await _system.StateAsync("demo"));
    }

    private Task<IBrowserContext> WindowAsync() => _system.WindowAsync(chromium, Cancel);

    private async Task<IPage> OpenAsync(IBrowserContext window, string cameraId)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(_system.Web, $"/cameras/{cameraId}").ToString());
        await LiveAsync(page);
        return page;
    }

    private static Task LiveAsync(IPage page) => Expect(page.Locator("#badge")).ToHaveTextAsync("Live");

    private Task<TimeSpan> FreeAsync(string cameraId) => Eventually.TrueAsync(
        async () => await _system.StateAsync(cameraId) == "available", TimeSpan.FromSeconds(10), $"camera {cameraId} is free");
}
