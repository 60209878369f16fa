using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.CameraWorker;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>A system with a good camera and a bad one.</summary>
public sealed class GoodAndBadCamera : IAsyncLifetime
{
    private readonly DirectoryInfo _films = Directory.CreateTempSubdirectory("attendance-films-");

    public AttendanceSystem System { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var (good, bad) = (Path.Combine(_films.FullName, "good.avi"), Path.Combine(_films.FullName, "bad.avi"));
        TestFilm.WriteScene(good, 640, 480, frameRate: 20, frames: 10);
        TestFilm.WriteScene(bad, 320, 240, frameRate: 10, frames: 10, blur: 5);
        System = await AttendanceSystem.StartAsync(
            CancellationToken.None,
            "--Cameras:a-bad:Source=file:" + bad, "--Cameras:a-bad:Tags:0=film", "--Cameras:a-bad:Facing=environment",
            "--Cameras:b-good:Source=file:" + good, "--Cameras:b-good:Tags:0=film", "--Cameras:b-good:Facing=user",
            "--Quality:ProbeDuration=00:00:01.5");
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        _films.Delete(recursive: true);
    }
}

[Trait("Suite", "EndToEnd")]
public sealed class ChoiceTests(GoodAndBadCamera cameras) : IClassFixture<GoodAndBadCamera>, IAsyncDisposable
{
    private readonly AttendanceSystem _system = cameras.System;
    private readonly string _session = $"camera_{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _system.ReleaseAllAsync();

    [Fact]
    public async Task The_better_camera_is_taken_as_the_preview_said_and_the_answer_says_why()
    {
        await ProbeAllAsync();
        Assert.Equal(0, await _system.ActiveCamerasAsync());

        var best = await _system.Api.GetFromJsonAsync<JsonElement>("/api/cameras?best=true&tag=film", Cancel);
        Assert.Equal("b-good", best.GetProperty("camera").GetProperty("camera_id").GetString());
        Assert.Equal("available", best.GetProperty("camera").GetProperty("state").GetString());

        var (status, taken) = await AutoAsync("1", new { tag = "film" });
        Assert.Equal((HttpStatusCode.Created, "b-good"), (status, taken.GetProperty("camera_id").GetString()));
        var choice = taken.GetProperty("choice");
        Assert.Equal(best.GetProperty("choice").ToString(), choice.ToString());
        Assert.Equal(2, choice.GetProperty("considered").GetInt32());
        Assert.Contains("the best of 2 free cameras", choice.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["resolution", "frame_rate", "sharpness", "exposure", "clipping", "noise", "reliability"],
            choice.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("name").GetString()));

        Assert.Equal("a-bad", (await AutoAsync("2", new { tag = "film" })).Answer.GetProperty("camera_id").GetString());
        using var none = await _system.Api.GetAsync("/api/cameras?best=true&tag=film", Cancel);
        Assert.Equal((HttpStatusCode.Conflict, "camera_in_use"), (none.StatusCode, await CodeAsync(none)));
    }

    [Fact]
    public async Task What_was_measured_is_in_the_catalog_while_the_camera_is_free()
    {
        await ProbeAllAsync();

        var quality = (await _system.Api.GetFromJsonAsync<JsonElement>("/api/cameras/b-good", Cancel)).GetProperty("quality");

        Assert.True(quality.GetProperty("measured_at").GetDateTime() > DateTime.UtcNow.AddMinutes(-5));
        var resolution = quality.GetProperty("parts")[0];
        Assert.Equal((640 * 480, "pixel"), (resolution.GetProperty("value").GetInt32(), resolution.GetProperty("unit").GetString()));
        Assert.True(quality.GetProperty("rating").GetDouble() > (await RatingAsync("a-bad")) + 5);
    }

    [Fact]
    public async Task Requirements_are_met_by_what_is_delivered_and_by_where_a_camera_looks()
    {
        await ProbeAllAsync();

        Assert.Equal("a-bad", await BestAsync("facing=environment"));
        Assert.Equal("b-good", await BestAsync("tag=film&min_width=400&min_frame_rate=12.5"));
        using var none = await _system.Api.GetAsync("/api/cameras?best=true&facing=environment&min_width=400", Cancel);
        Assert.Equal((HttpStatusCode.NotFound, "no_matching_camera"), (none.StatusCode, await CodeAsync(none)));
    }

    [Fact]
    public async Task A_camera_that_is_named_comes_without_a_choice_and_a_held_one_is_not_probed()
    {
        using var named = await _system.Api.PostAsJsonAsync("/api/leases", new { session_id = _session, camera_id = "a-bad" }, Cancel);
        Assert.False((await named.Content.ReadFromJsonAsync<JsonElement>(Cancel)).TryGetProperty("choice", out _));

        using var probed = await _system.Api.PostAsync("/api/cameras/a-bad/probe", null, Cancel);
        Assert.Equal((HttpStatusCode.Conflict, "camera_in_use"), (probed.StatusCode, await CodeAsync(probed)));
        using var unknown = await _system.Api.PostAsync("/api/cameras/nothing/probe", null, Cancel);
        Assert.Equal((HttpStatusCode.NotFound, "unknown_camera"), (unknown.StatusCode, await CodeAsync(unknown)));
    }

    [Fact]
    public async Task Whoever_waits_for_any_camera_gets_the_first_that_is_given_back()
    {
        var bad = await _system.AcquireAsync("a-bad", _session + "_1", ttlSeconds: 60);
        await _system.AcquireAsync("b-good", _session + "_2", ttlSeconds: 30);
        var waiting = _system.Api.PostAsJsonAsync(
            "/api/leases", new { session_id = _session, camera_id = "auto", wait_seconds = 20, requirements = new { tag = "film" } }, Cancel);
        await Task.Delay(500, Cancel);
        Assert.False(waiting.IsCompleted);

        (await _system.Api.DeleteAsync($"/api/leases/{bad.Id}", Cancel)).Dispose();

        using var response = await waiting;
        var taken = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("a-bad", taken.GetProperty("camera_id").GetString());
        Assert.Contains("given back first", taken.GetProperty("choice").GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("best=yes", "best")]
    [InlineData("best=true&min_width=wide&facing=up", "min_width", "facing")]
    [InlineData("best=true&min_width=0&min_height=-1", "min_width", "min_height")]
    [InlineData("best=true&min_frame_rate=NaN", "min_frame_rate")]
    [InlineData("best=true&min_frame_rate=0", "min_frame_rate")]
    [InlineData("best=true&node=..%2F&tag=", "node", "tag")]
    [InlineData("best=true&test_pattern=maybe", "test_pattern")]
    [InlineData("test_pattern=false", "test_pattern")]
    [InlineData("min_width=640", "min_width")]
    public async Task A_wrong_question_for_the_best_camera_is_a_400_that_names_the_parameter(string query, params string[] parameters)
    {
        using var response = await _system.Api.GetAsync("/api/cameras?" + query, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors");
        Assert.Equal(parameters.Order(), errors.EnumerateObject().Select(field => field.Name).Order());
    }

    [Theory]
    [InlineData("min_width", 0)]
    [InlineData("min_height", 20000)]
    [InlineData("min_frame_rate", -1)]
    [InlineData("facing", "front")]
    [InlineData("node", "not a name")]
    [InlineData("tag", "")]
    public async Task A_wrong_requirement_is_a_400_that_names_it(string requirement, object value)
    {
        var (status, problem) = await AutoAsync("1", new Dictionary<string, object> { [requirement] = value });

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("requirements." + requirement, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    private async Task ProbeAllAsync()
    {
        foreach (var camera in (string[])["a-bad", "b-good"])
        {
            using var probed = await _system.Api.PostAsync($"/api/cameras/{camera}/probe", null, Cancel);
            Assert.True(probed.StatusCode == HttpStatusCode.OK, await probed.Content.ReadAsStringAsync(Cancel));
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> AutoAsync(string who, object requirements)
    {
        using var response = await _system.Api.PostAsJsonAsync("/api/leases", new { session_id = $"{_session}_{who}", camera_id = "auto", requirements }, Cancel);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }

    private async Task<string?> BestAsync(string query) =>
        (await _system.Api.GetFromJsonAsync<JsonElement>("/api/cameras?best=true&" + query, Cancel)).GetProperty("camera").GetProperty("camera_id").GetString();

    private async Task<double> RatingAsync(string cameraId) =>
        (await _system.Api.GetFromJsonAsync<JsonElement>($"/api/cameras/{cameraId}", Cancel)).GetProperty("quality").GetProperty("rating").GetDouble();

    private static async Task<string?> CodeAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString();
}
