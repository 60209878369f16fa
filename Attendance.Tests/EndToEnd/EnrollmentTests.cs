using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Tests.Enrollment;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.EndToEnd;

/// <summary>The system with a film of somebody in front of a camera, who takes one pose after the other, again and again.</summary>
public sealed class SystemWithFaces : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-faces-");

    public AttendanceSystem System { get; private set; } = null!;

    /// <summary>A camera that can be pulled out.</summary>
    public FaultCamera Plug { get; } = new("plug");

    /// <summary>What a camera sees.</summary>
    public string Film => Path.Combine(_folder.FullName, "faces.mjpeg");

    public async ValueTask InitializeAsync()
    {
        await TestFaces.WriteMotionJpegAsync(Film, secondsPerPose: 2);
        System = await AttendanceSystem.StartAsync(
            CancellationToken.None, $"--Cameras:desk:Source=file:{Film}", "--Cameras:desk:Name=Desk", Plug.Setting);
    }

    public async ValueTask DisposeAsync()
    {
        if (System is not null)
        {
            await System.DisposeAsync();
        }

        Plug.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>What operators do all day, from the page to the camera and the database, with everything real but the face.</summary>
[Trait("Suite", "Browser")]
public sealed partial class EnrollmentTests(SystemWithFaces shared, ChromiumBrowser chromium) : IClassFixture<SystemWithFaces>, IAsyncDisposable
{
    private const string OwnPassword = "what the operator has chosen";
    private static readonly TimeSpan s_free = TimeSpan.FromSeconds(10);
    private readonly AttendanceSystem _system = shared.System;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _system.ReleaseAllAsync();

    [Theory]
    [InlineData("server:desk", "the server's camera")]
    [InlineData("device", "this device's camera")]
    public async Task A_new_operator_enrolls_a_person_closes_the_tab_halfway_and_finishes(string camera, string which)
    {
        await using var browser = await chromium.LaunchAsync(Cancel, arguments: $"--use-file-for-fake-video-capture={shared.Film}");
        await using var window = await browser.NewContextAsync();
        window.SetDefaultTimeout(20_000);
        var page = await window.NewPageAsync();
        var name = $"Ada Lovelace {which}";
        var operatorName = $"operator-{Guid.NewGuid():N}"[..16];

        await SignInAsync(page, operatorName, await AddOperatorAsync(operatorName));
        await page.GetByRole(AriaRole.Link, new() { Name = "People" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "New person" }).ClickAsync();
        var started = Stopwatch.GetTimestamp();
        await page.GetByLabel("Full name").FillAsync(name);
        await page.GetByLabel("Employee or student number").FillAsync($"N-{Guid.NewGuid():N}"[..12]);
        await page.GetByLabel("The person has read this text").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and continue" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(CaptureAddress());
        var capture = page.Url;
        await page.Locator("#choice").SelectOptionAsync(camera);
        await StartIfOffAsync(page);
        await Expect(Taken(page)).Not.ToHaveCountAsync(0, new() { Timeout = 40_000 });
        Assert.Equal(1, await _system.ActiveCamerasAsync());

        await page.CloseAsync(new() { RunBeforeUnload = false });
        await FreeAsync();
        var kept = await ShotsAsync(capture);
        Assert.InRange(kept, 1, 4);

        page = await window.NewPageAsync();
        await page.GotoAsync(capture);
        await Expect(Taken(page)).Not.ToHaveCountAsync(0); // what was taken before is there
        Assert.True(await Taken(page).CountAsync() >= kept);
        await StartIfOffAsync(page);
        await Expect(page.Locator("#prompt")).ToHaveTextAsync("All pictures are there. The camera is given back.", new() { Timeout = 50_000 });
        var took = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper!.WriteLine($"{which}: from 'New person' to done in {took.TotalSeconds:0.0} s");
        Assert.InRange(took.TotalSeconds, 0, 60);
        await FreeAsync();
        Assert.Equal(5, await ShotsAsync(capture));

        await page.GetByRole(AriaRole.Link, new() { Name = $"Back to {name}" }).ClickAsync();
        await Expect(page.GetByText("Enrolled")).ToBeVisibleAsync();
        var pictures = page.Locator(".shots img");
        await Expect(pictures).ToHaveCountAsync(5);
        Assert.True(await pictures.First.EvaluateAsync<bool>("async picture => { await picture.decode(); return picture.naturalWidth >= 480; }"));
    }

    [Fact]
    public async Task Whoever_has_the_servers_best_camera_goes_on_with_another_when_it_is_lost()
    {
        var id = await AddPersonAsync("Somebody patient");
        await _system.AcquireAsync("demo", "enrollment_moved_1");
        var desk = await _system.AcquireAsync("desk", "enrollment_moved_2");
        await using var window = await _system.WindowAsync(chromium, Cancel);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(_system.Web, $"/people/{id}/capture").ToString());
        await Expect(page.Locator("#facts")).ToHaveTextAsync("Camera: plug", new() { Timeout = 20_000 });

        using var released = await _system.Api.DeleteAsync($"/api/leases/{desk.Id}", Cancel);
        shared.Plug.Set("missing");

        await Expect(page.Locator("#facts")).ToHaveTextAsync("Camera: Desk", new() { Timeout = 20_000 });
        await Expect(Taken(page)).Not.ToHaveCountAsync(0, new() { Timeout = 40_000 }); // the server takes them under the lease as it is now
        await page.CloseAsync();
        shared.Plug.Set();
    }

    [Fact]
    public async Task A_shot_under_a_lease_that_has_ended_is_refused_and_one_under_a_live_lease_is_not()
    {
        var id = await AddPersonAsync("Somebody late");
        var lease = await _system.AcquireAsync("desk", "enrollment_late_1");
        using var first = await SendAsync(id, lease);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);

        using var stale = await SendAsync(id, lease with { FencingToken = lease.FencingToken - 1 });
        using var released = await _system.Api.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        using var late = await SendAsync(id, lease);

        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        Assert.Equal(HttpStatusCode.Gone, late.StatusCode);
        Assert.Equal("client", (await late.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_visitor_gets_no_image_no_name_and_no_camera()
    {
        var id = await AddPersonAsync("Hidden Name");
        var lease = await _system.AcquireAsync("desk", "enrollment_hidden_1");
        using var stored = await SendAsync(id, lease);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        string[] targets = ["/people", $"/people/{id}", $"/people/{id}/capture", "/accounts", "/", "/cameras/desk",
            $"/api/people/{id}/shots", $"/api/people/{id}/shots/front/picture", "/api/cameras", "/api/camera/status/", lease.StreamUrl, lease.SnapshotUrl];

        foreach (var target in targets)
        {
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _system.Web };
            using var answer = await client.GetAsync(new Uri(target, UriKind.Relative), Cancel);
            Assert.True(answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.Unauthorized, $"{target}: {answer.StatusCode}");
            Assert.DoesNotContain("Hidden", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        using var asked = await _system.Visitor.PostAsJsonAsync("/api/leases", new { session_id = "visitor_session_1", camera_id = "demo" }, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, asked.StatusCode);
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() =>
            CameraApi.Sessions.PageSocket.OpenAsync(_system.Web, "visitor_session_1"));
    }

    [Fact]
    public async Task Of_a_person_who_was_deleted_no_file_of_the_system_has_anything()
    {
        const string name = "Katherine Coleman Goble Johnson";
        var id = await AddPersonAsync(name);
        var lease = await _system.AcquireAsync("desk", "enrollment_deleted_1");
        using var stored = await SendAsync(id, lease);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        Assert.True(IsAnywhere(name), "What is looked for must be there before.");

        using var client = Operator();
        using var deleted = await SignIn.PostFormAsync(client, $"/people/{id}?handler=Delete", [], Cancel, page: $"/people/{id}");

        Assert.Equal(HttpStatusCode.Redirect, deleted.StatusCode);
        Assert.False(IsAnywhere(name));
        using var picture = await client.GetAsync(new Uri($"/api/people/{id}/shots/front/picture", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, picture.StatusCode);
        foreach (var resource in (string[])["web", "camera-api"])
        {
            Assert.DoesNotContain(name, await _system.LogAsync(resource), StringComparison.Ordinal);
        }
    }

    /// <returns>The password that is shown once.</returns>
    private async Task<string> AddOperatorAsync(string name)
    {
        await using var window = await _system.WindowAsync(chromium, Cancel);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(_system.Web, "/accounts").ToString());
        await page.GetByLabel("User name").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add account" }).ClickAsync();
        return await page.Locator("#password").InnerTextAsync();
    }

    private async Task SignInAsync(IPage page, string name, string password)
    {
        await page.GotoAsync(new Uri(_system.Web, "/people").ToString());
        await page.GetByLabel("User name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByLabel("Current password").FillAsync(password);
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(OwnPassword);
        await page.GetByLabel("Repeat the new password").FillAsync(OwnPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "People" })).ToBeVisibleAsync();
    }

    /// <summary>A page that was never permitted this device's camera waits for its button.</summary>
    private static async Task StartIfOffAsync(IPage page)
    {
        await Expect(page.Locator("#badge")).Not.ToHaveTextAsync("Opening");
        if (await page.Locator("#badge").InnerTextAsync() == "Off")
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Start camera" }).ClickAsync();
        }
    }

    private static ILocator Taken(IPage page) => page.Locator("#poses li[data-state='taken']");

    private Task<TimeSpan> FreeAsync() => Eventually.TrueAsync(async () => await _system.ActiveCamerasAsync() == 0, s_free, "the camera is free");

    private async Task<int> ShotsAsync(string captureAddress)
    {
        var id = CaptureAddress().Match(captureAddress).Groups[1].Value;
        return (await _system.Operator.GetFromJsonAsync<JsonElement>($"/api/people/{id}/shots", Cancel)).GetProperty("shots").GetArrayLength();
    }

    private HttpClient Operator()
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _system.Web };
        client.DefaultRequestHeaders.Add("Cookie", _system.Admin.Header);
        return client;
    }

    private async Task<string> AddPersonAsync(string name)
    {
        using var client = Operator();
        using var added = await SignIn.PostFormAsync(client, "/people/new", new()
        {
            ["Form.FullName"] = name, ["Form.Number"] = $"N-{Guid.NewGuid():N}"[..12], ["Agreed"] = "2026-12",
        }, Cancel);
        return CaptureAddress().Match(added.Headers.Location!.ToString()).Groups[1].Value;
    }

    private async Task<HttpResponseMessage> SendAsync(string personId, Lease lease)
    {
        using var client = Operator();
        var token = SignIn.TokenIn(await client.GetStringAsync(new Uri("/people/new", UriKind.Relative), Cancel));
        var picture = new ByteArrayContent(TestFaces.Jpeg(Pose.Front));
        picture.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("front"), "pose" }, { new StringContent("desk"), "camera_id" }, { new StringContent(lease.Id), "lease_id" },
            { new StringContent($"{lease.FencingToken}"), "fencing_token" }, { new StringContent("false"), "manual" }, { picture, "picture", "front.jpg" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/people/{personId}/shots") { Content = form };
        request.Headers.Add("RequestVerificationToken", token);
        return await client.SendAsync(request, Cancel);
    }

    private bool IsAnywhere(string text) => Traces.AreIn(_system.DataFolder, Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("/people/([0-9a-f-]{36})/capture$")]
    private static partial Regex CaptureAddress();
}
